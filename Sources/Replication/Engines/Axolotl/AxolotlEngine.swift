import Assets
import Files
import Foundation
import LanguageModels
import Manifests
import Provenance
import Recipes
import Scoring
import Tensors
import Training

/// Axolotl trains and lm-evaluation-harness asks, as programs of their own in environments of their own.
///
/// They get the same examples and rows as the native engine; a plugin in Axolotl (`replicate_plugin.py`) hands them over and
/// writes down what was done. What it wrote counts, never the programs' exit status.
struct AxolotlEngine: Engine {
  let statement: EngineStatement
  /// How Axolotl is to train.
  let settings: Manifest.Axolotl
  /// Where it is installed.
  let environment: AxolotlEnvironment
  /// How it is started.
  let launch: AxolotlLaunch
  /// The longest example that there may be, in tokens.
  let sequenceLength: Int
  /// Reads and writes the models' files.
  let files: NativeEngine
  /// Where models to be asked lie meanwhile.
  let scratch: ContainedPath

  init(_ manifest: Manifest, model: StartingModel, options: RunOptions) throws {
    settings = manifest.axolotl
    environment = AxolotlEnvironment(settings.version, in: options.folder)
    launch = options.axolotlLaunch
    sequenceLength = manifest.trainingData.lengths.maximumLength
    scratch = options.folder.work.appending("axolotl")
    files = try NativeEngine(
      model: model, threads: options.threads, numerics: manifest.numerics)
    let packages = [environment.training, environment.evaluation].map {
      AxolotlEnvironment.packages(of: $0) ?? [:]
    }
    let listed = packages.map { packages in
      JSON(present: packages.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }
    let plugin = SHA256.digest(of: PackageResources.replicate_plugin_py)
    let evaluation = SHA256.digest(of: PackageResources.replicate_evaluate_py)
    let rounding = SHA256.digest(of: PackageResources.replicate_rounding_py)
    statement = EngineStatement(
      name: EngineName.axolotl.rawValue,
      program: try CanonicalJSON.digest(
        of: JSON(present: [
          ("program", JSON(files.statement.program)), ("plugin", JSON(plugin)),
          ("evaluation", JSON(evaluation)), ("packages", .array(listed)),
          ("rounding", settings.measuresRounding ? JSON(rounding) : .null),
          ("settings", settings.canonical),
        ])),
      numerics:
        "axolotl \(settings.version.rawValue), torch \(packages[0]["torch"] ?? "none"), \(settings.precision.rawValue), \(settings.distribution.rawValue)"
    )
  }

  static func obstacles(to manifest: Manifest, options: RunOptions) -> [String] {
    let environment = AxolotlEnvironment(manifest.axolotl.version, in: options.folder)
    let missing = environment.obstacles(isEvaluating: !manifest.evaluations.isEmpty)
    return missing
      + AxolotlConfiguration.obstacles(to: manifest, known: try? environment.keys())
      + HarnessEvaluation.obstacles(to: manifest)
      + options.axolotlLaunch.obstacles(to: manifest)
  }

  static func speed(
    of sample: WorkSample, for manifest: Manifest, options: RunOptions
  ) throws -> WorkSpeed? { nil }

  static func memory(of model: ModelConfiguration) -> MemoryDemand? { nil }

  func train(_ training: ArmTraining, _ listener: ArmTraining.Listener) throws
    -> ArmTraining.Result
  {
    try AxolotlTraining(engine: self, training: training, listener: listener).run()
  }

  func ready(weights: String?) throws -> ReadyModel {
    let name = weights.map { ContainedPath($0).name } ?? "untouched"
    let model = scratch.appending(name)
    try save(weights: weights, to: model.path)
    return { request, listener in
      try HarnessEvaluation(engine: self, model: model.path, request, listener).run()
    }
  }

  func save(weights: String, to folder: String) throws {
    try files.save(weights: weights, to: folder)
  }

  /// Saves the model that training left in `weights`, or the untouched one.
  func save(weights: String?, to folder: String) throws {
    if let weights { return try files.save(weights: weights, to: folder) }
    let loaded = try files.load()
    try HuggingFaceFolder.save(loaded.model, tokenizerFiles: loaded.tokenizerFiles, to: folder)
  }

  /// Variables that every program of the engine runs with, which shares the threads with `ranks` of its kind.
  func variables(in environment: String, ranks: Int = 1) -> [String: String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    var variables = [
      // Axolotl starts launchers by their bare names.
      "PATH": "\(environment)/bin:\(path)", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1",
      "HF_DATASETS_OFFLINE": "1", "AXOLOTL_DO_NOT_TRACK": "1", "PYTHONDONTWRITEBYTECODE": "1",
      "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1",
      "OMP_NUM_THREADS": "\(max(1, files.threads / ranks))",
    ]
    // Several processes on CPUs have to be told so.
    if launch.launcher != .slurm, access("/dev/nvidiactl", F_OK) != 0 {
      variables["ACCELERATE_USE_CPU"] = "true"
    }
    return variables
  }
}
