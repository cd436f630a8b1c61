import Files
import Foundation
import LanguageModels
import Manifests
import Recipes
import Records
import Tensors
import Training

/// The training of an arm by Axolotl: what it gets lies in the training's folder, and so does what it writes, until it is
/// done.
struct AxolotlTraining {
  let engine: AxolotlEngine
  let training: ArmTraining
  let listener: ArmTraining.Listener

  private var folder: ContainedPath { training.folder }
  private var examples: ContainedPath { folder.appending("examples.tokens") }
  private var model: ContainedPath { folder.appending("model") }
  private var plugin: ContainedPath { folder.appending("plugin") }
  private var settings: ContainedPath { folder.appending("axolotl.yml") }
  private var log: ContainedPath { folder.appending("axolotl.log") }
  private var stop: ContainedPath { folder.appending("stop") }

  /// Trains to the end, or goes on with what is there.
  func run() throws -> ArmTraining.Result {
    try folder.createFolder()
    guard try !FileLock.isHeld(at: folder.appending("running")) else {
      throw EngineError(
        .engineFailed,
        "An Axolotl that an earlier run started still trains in \(folder.path); wait for its end, or end it, and run again."
      )
    }
    try handOver()
    var batches = TrainingBatches(
      examples: training.data.examples, configuration: training.configuration)
    let checkpoint = try AxolotlCheckpoint.newest(in: folder.appending("out"), listener.note)
    var progress = try AxolotlProgress(
      folder: folder, training: training, listener: listener, ignored: engine.settings.ignored,
      upTo: checkpoint)
    if progress.steps.isEmpty, checkpoint != nil { try folder.appending("out").remove() }
    let resumed = progress.steps.isEmpty ? nil : checkpoint
    if let resumed {
      try listener.resumed(resumed.step, resumed.root)
      listener.note("\(training.arm): goes on after step \(resumed.step), from the last checkpoint")
    }
    let configuration = try configure(batches, from: resumed)
    try stop.remove()
    try AtomicFile.write([], to: log)
    var program = try start()
    let status = try program.wait {
      try progress.read(&batches, asked: configuration)
      if training.interruption.isRequested { try AtomicFile.write([], to: stop) }
    }
    try progress.read(&batches, asked: configuration)
    guard let saved = progress.saved else {
      if training.interruption.isRequested || progress.isStopped { throw EngineError.interrupted }
      throw failure(status, after: progress.steps.count, of: batches.schedule.totalSteps)
    }
    if engine.settings.measuresRounding { try measureRounding() }
    return ArmTraining.Result(weights: try weights(saved), steps: progress.steps, checkpoints: [])
  }

  // MARK: - Before

  /// Puts examples, model and plugin into the folder, unless they are there.
  private func handOver() throws {
    try plugin.createFolder()
    try AtomicFile.write(
      PackageResources.replicate_plugin_py, to: plugin.appending("replicate_plugin.py"))
    if try FileStatus(at: examples) == nil {
      let data = training.data.examples
      try AtomicFile.write(to: examples) { file in
        var writer = TokenTableWriter()
        for index in 0..<data.count {
          let example = try data.example(index)
          writer.append(example, fullCount: example.inputIDs.count)
          try file.write(writer.takeBytes())
        }
        writer.finish()
        try file.write(writer.takeBytes())
      }
    }
    // The weights are what is written last.
    if try FileStatus(at: model.appending("model.safetensors")) == nil {
      try engine.save(weights: nil, to: model.path)
    }
  }

  private func configure(_ batches: TrainingBatches, from checkpoint: AxolotlCheckpoint?) throws
    -> AxolotlConfiguration
  {
    let family = try engine.files.model.describe().configuration.family
    let configuration = AxolotlConfiguration(
      engine.settings, training.configuration,
      AxolotlConfiguration.Job(
        totalSteps: batches.schedule.totalSteps, warmUpSteps: batches.learningRates.warmUpSteps,
        sequenceLength: engine.sequenceLength, checkpointInterval: training.checkpointInterval,
        layerClass: family.decoderLayerClass, model: model.path, folder: folder.path,
        checkpoint: checkpoint?.path))
    try AtomicFile.write(Array(configuration.text.utf8), to: settings)
    if let json = AxolotlConfiguration.deepSpeed(engine.settings) {
      try AtomicFile.write(
        Array(PythonJSON.indented(json).utf8), to: folder.appending("deepspeed.json"))
    }
    return configuration
  }

  private func start() throws -> BackgroundProgram {
    let (ranks, environment) = (training.configuration.ranks, engine.environment.training)
    var variables = engine.variables(in: environment, ranks: ranks)
    variables["PYTHONPATH"] = plugin.path
    let script = folder.appending("slurm.sh")
    if engine.launch.launcher == .slurm {
      let text = engine.launch.script(
        settings.path, ranks: ranks, environment: environment, variables: variables, log: log.path)
      try AtomicFile.write(Array(text.utf8), to: script)
    }
    return try BackgroundProgram(
      engine.launch.command(
        settings.path, ranks: ranks, environment: environment,
        precision: engine.settings.precision, script: script.path),
      environment: variables, in: folder.path, log: log.path)
  }

  // MARK: - After

  /// Has the training repeated in fp32 and in fp64, for the limits of what rounding explains.
  private func measureRounding() throws {
    let script = plugin.appending("replicate_rounding.py")
    let log = folder.appending("rounding.log")
    try AtomicFile.write(PackageResources.replicate_rounding_py, to: script)
    try AtomicFile.write([], to: log)
    listener.note("\(training.arm): repeats the training in fp32 and in fp64")
    let environment = engine.environment.training
    var program = try BackgroundProgram(
      ["\(environment)/bin/python", script.path, folder.path],
      environment: engine.variables(in: environment), in: folder.path, log: log.path)
    let status = try program.wait { try training.interruption.check() }
    guard status == 0 else {
      throw EngineError(
        .engineFailed,
        "The training of \(training.arm) is done, but repeating it in fp32 and in fp64 ended with status \(status). \(LogTail(of: log).sentence) Take out 'axolotl.measure_rounding', or run again."
      )
    }
    let measured = folder.appending("rounding.json")
    try listener.stated(
      RoundingLimits.program,
      try JSONParser.parse(try OpenFile.contents(of: measured), source: measured.path))
  }

  /// What Axolotl saved, in the one form that this program stores weights in.
  private func weights(_ files: [String: Digest]) throws -> ContainedPath {
    let out = folder.appending("out")
    for (name, digest) in files.sorted(by: { $0.key < $1.key })
    where name.hasSuffix(".safetensors") {
      guard try SHA256.digest(ofFileAt: out.appending(name).path) == digest else {
        throw EngineError(
          .damagedWeights,
          "\(out.appending(name).path) is not what Axolotl saved: its digest is another one. Run again; training goes on at the last checkpoint."
        )
      }
    }
    let loaded = try ModelLoader.load(from: out.path)
    let weights = folder.appending("weights.safetensors")
    try SafetensorsWriter.write(
      loaded.model.layout.tensors(of: loaded.model.parameters), metadata: ["format": "pt"],
      to: weights)
    return weights
  }

  private func failure(_ status: Int32, after step: Int, of total: Int) -> EngineError {
    let how =
      switch status {
      case 0: "ended as if all were well"
      case 129...: "was ended by signal \(status - 128)"
      default: "ended with status \(status)"
      }
    return EngineError(
      .engineFailed,
      "Axolotl \(how), but did not finish the training of \(training.arm): \(step) of \(total) steps are done. \(LogTail(of: log).sentence) The same command goes on at the last checkpoint."
    )
  }
}
