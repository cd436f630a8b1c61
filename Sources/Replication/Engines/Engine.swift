import LanguageModels
import Manifests
import Scoring

/// What a run asks of whatever trains and answers; one kind of it for each ``EngineName``.
///
/// All else is done once for all engines: inputs are brought and verified, examples prepared, answers scored, and what happens
/// is recorded. What an engine has to hold is in `docs/adding-an-engine.md`. Everything but the static members runs on
/// ``ComputeQueue``, one call after the other.
protocol Engine: Sendable {
  /// What keeps it from computing a manifest here even with every input, a sentence each with its remedy.
  ///
  /// A setting that it does not do is among them: none is ever dropped in silence.
  static func obstacles(to manifest: Manifest, options: RunOptions) -> [String]

  /// How fast it works here on a sample of what is planned, in some tenths of a second; nil if that cannot be told.
  static func speed(
    of sample: WorkSample, for manifest: Manifest, options: RunOptions
  ) throws -> WorkSpeed?

  /// The memory of this machine that it takes for a model; nil if that cannot be told.
  static func memory(of model: ModelConfiguration) -> MemoryDemand?

  /// An engine for one run, whose arms begin with `model`.
  init(_ manifest: Manifest, model: StartingModel, options: RunOptions) throws

  /// What it states of itself, for records and the keys of steps.
  var statement: EngineStatement { get }

  /// Trains an arm to the end, or goes on with it, and tells `listener` of each step and each checkpoint.
  ///
  /// The digest of the batch that a step was computed from is part of what the listener is told.
  func train(_ training: ArmTraining, _ listener: ArmTraining.Listener) throws
    -> ArmTraining.Result

  /// Makes the model ready that training left in the safetensors file at `weights`, or the untouched one for nil.
  func ready(weights: String?) throws -> ReadyModel

  /// Saves the model that training left in `weights` as a folder that the Hugging Face libraries load.
  func save(weights: String, to folder: String) throws
}

/// A model that an engine holds ready and that is asked one evaluation after the other.
typealias ReadyModel = (EvaluationRequest, EvaluationListener) throws -> BenchmarkResult

extension EngineName {
  /// What computes under this name.
  var engine: any Engine.Type {
    switch self {
    case .native: NativeEngine.self
    case .axolotl: AxolotlEngine.self
    }
  }
}
