package import Files

extension Manifest {
  /// How the engine Axolotl is to train, beyond what every engine is told.
  package struct Axolotl: Sendable, Equatable {
    /// The version of Axolotl.
    package var version = Version.v021
    /// The type of weights and arithmetic.
    package var precision = Precision.float32
    /// How several processes share the work.
    package var distribution = Distribution.ddp
    /// Keys of Axolotl's configuration that are handed over as they are, in the order of the file.
    package var settings: [(key: String, value: JSON)] = []
    /// Keys of these that this version does not have: known to have no effect, and told so in the record.
    package var ignored: [String] = []
    /// Whether each training is repeated with PyTorch in fp32 and in fp64, which tells what rounding does to it.
    package var measuresRounding = false

    /// Axolotl with its defaults.
    package init() {}

    package static func == (left: Axolotl, right: Axolotl) -> Bool {
      left.canonical == right.canonical
    }
  }
}

extension Manifest.Axolotl {
  /// The versions that were tried; the newest comes last.
  package enum Version: String, CaseIterable, Sendable {
    /// The last one for Python 3.11; plain fine-tuning averages micro-batches.
    case v019 = "0.19.0"
    /// For Python 3.12 and later.
    case v021 = "0.21.0"
  }

  /// The type of weights and arithmetic.
  package enum Precision: String, CaseIterable, Sendable {
    case float32, bfloat16
  }

  /// How several processes share the work.
  package enum Distribution: String, CaseIterable, Sendable {
    /// Each has the whole model.
    case ddp
    /// Parameters, gradients and moments are dealt out (PyTorch's `fully_shard`).
    case fsdp2
    /// DeepSpeed: moments and gradients are dealt out.
    case zero2
    /// DeepSpeed: parameters too.
    case zero3
  }

  /// What a manifest says of Axolotl, as JSON.
  package var canonical: JSON {
    JSON(present: [
      ("version", .string(version.rawValue)), ("precision", .string(precision.rawValue)),
      ("distribution", .string(distribution.rawValue)),
      ("settings", settings.isEmpty ? .null : JSON(present: settings.map { ($0.key, $0.value) })),
      ("ignored", ignored.isEmpty ? .null : .array(ignored.map(JSON.string))),
      ("measure_rounding", measuresRounding ? true : .null),
    ])
  }
}
