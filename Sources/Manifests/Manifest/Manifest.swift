import Files
import Recipes
package import Tensors
package import Tokenizers

/// A replication as its author declared it: pinned inputs, a model, training data, settings, arms and evaluation.
///
/// Pure data, checked to be consistent in itself. ``ManifestFile`` reads one from YAML.
package struct Manifest: Sendable, Equatable {
  /// The version of the schema that this build reads.
  package static let schemaVersion = 1

  /// Name of the replication, as it is typed.
  package let name: String
  /// One line for lists.
  package let title: String
  /// What is replicated and how it was scaled; may have several lines.
  package let description: String
  /// Pinned input files, in the order of the file.
  package let assets: [AssetDeclaration]
  /// Inputs without a digest, and why.
  package let unpinned: [Unpinned]
  /// The model that every arm starts from.
  package let model: Model
  /// What the arms are trained on.
  package let trainingData: TrainingData
  /// How the arms are trained.
  package internal(set) var training: Training
  /// What trains and answers.
  package let engine: EngineName
  /// How Axolotl does it, if it does.
  package let axolotl: Axolotl
  /// The arithmetic of matrix products, of training and evaluation.
  package let numerics: Numerics
  /// All arms, in the order of the file.
  package let declaredArms: [Arm]
  /// Names of the optional arms that are run too, in the order of the file.
  package private(set) var selectedArms: [String] = []
  /// What every arm is evaluated on; may be empty.
  package internal(set) var evaluations: [Evaluation]
  /// What is looked at in every trained arm besides; nil for nothing.
  package internal(set) var inspection: Inspection?
  /// Path of the file with the documented results that a run is judged by, relative to the manifest; nil for none.
  ///
  /// ``ExperimentFile`` reads it. No step of a run depends on it: other expectations judge the same results.
  package internal(set) var expectations: String?
  /// Values that were set in place of the file's own, as `training.max_steps=20`: a run of them is another run, which
  /// the documented results of the whole say nothing of.
  package let overrides: [String]

  /// An input without a digest.
  package struct Unpinned: Sendable, Equatable {
    /// Name of the asset.
    package let asset: String
    /// Why it has no digest.
    package let reason: String
  }

  /// The arms that are run, in the order of the file: all but optional ones that were not selected.
  package var arms: [Arm] {
    declaredArms.filter { !$0.isOptional || selectedArms.contains($0.name) }
  }

  /// The same manifest with these optional arms run too, and no other ones; names of other arms mean nothing.
  package func selecting(arms names: [String]) -> Manifest {
    var manifest = self
    manifest.selectedArms = declaredArms.filter { $0.isOptional && names.contains($0.name) }
      .map(\.name)
    return manifest
  }

  /// The asset of this name.
  package func asset(named name: String) -> AssetDeclaration? {
    assets.first { $0.name == name }
  }

  /// What the arms do not share besides the objective, one sentence each: a reader of their difference has to know it.
  package var declaredDifferences: [String] {
    arms.flatMap { arm -> [String] in
      let shared = training.settings
      guard let own = training.configuration(of: arm.treatment, seed: shared.seed) else {
        return []
      }
      var sentences: [String] = []
      if own.reduction != shared.reduction {
        sentences.append(
          "The arm '\(arm.name)' uses the reduction \(own.reduction.rawValue) instead of \(shared.reduction.rawValue)."
        )
      }
      if own.learningRate != shared.learningRate {
        sentences.append(
          "The arm '\(arm.name)' uses the learning rate \(own.learningRate) instead of \(shared.learningRate)."
        )
      }
      if own.precision != shared.precision {
        sentences.append(
          "The arm '\(arm.name)' uses the precision \(own.precision.rawValue) instead of \(shared.precision.rawValue)."
        )
      }
      return sentences
    }
  }
}

// MARK: - Arithmetic

extension Manifest {
  /// Those of the arms that are run that are not trained in fp32, and in what instead.
  package var roundedArms: [(arm: String, precision: TrainingPrecision)] {
    arms.compactMap { arm in
      let own = training.configuration(of: arm.treatment, seed: training.settings.seed)
      guard let precision = own?.precision, precision != .float32 else { return nil }
      return (arm.name, precision)
    }
  }

  /// In what precisions arms are trained, as "trained in bf16-weights", or with the arms' names where that is not so of all;
  /// nil where all of it is fp32.
  package var precisionClause: String? {
    let rounded = roundedArms
    let trained = arms.count { $0.treatment != .untouched }
    let clauses = TrainingPrecision.allCases.compactMap { precision -> String? in
      let names = rounded.filter { $0.precision == precision }.map(\.arm)
      if names.isEmpty { return nil }
      let subject = names.count == trained ? "" : "\(English.list(names)) "
      return "\(subject)trained in \(precision.rawValue)"
    }
    return clauses.isEmpty ? nil : clauses.joined(separator: "; ")
  }

  /// The arithmetic of all that is run, as "fp32, portable; trained in bf16-weights".
  package var arithmetic: String {
    ([numerics.identity] + (precisionClause.map { [$0] } ?? [])).joined(separator: "; ")
  }
}

// MARK: - Model

extension Manifest {
  /// The model that every arm starts from, and how conversations are written for it.
  package struct Model: Sendable, Equatable {
    /// Where weights and tokenizer come from.
    package let source: ModelSource
    /// How conversations are written.
    package let chatTemplate: ChatTemplate
  }

  /// Where weights and tokenizer come from.
  package enum ModelSource: Sendable, Equatable {
    /// A GGUF file or a Hugging Face folder; it brings its own tokenizer.
    case pretrained(asset: String)
    /// Random weights, for toys.
    case initialized(InitializedModel)

    /// Names of the assets that the model is made from.
    package var assets: [String] {
      switch self {
      case .pretrained(let asset): [asset]
      case .initialized(let model):
        [model.configuration, model.tokenizer] + (model.tokenizerConfiguration.map { [$0] } ?? [])
      }
    }
  }

  /// A model with random weights.
  package struct InitializedModel: Sendable, Equatable {
    /// Asset: config.json of the architecture, as transformers writes it.
    package let configuration: String
    /// Asset: tokenizer.json.
    package let tokenizer: String
    /// Asset: tokenizer_config.json, if there is one.
    package let tokenizerConfiguration: String?
    /// Seed of the weights.
    package let seed: UInt64
    /// Standard deviation of the weights of linear layers and embeddings.
    package let standardDeviation: Double
  }
}
