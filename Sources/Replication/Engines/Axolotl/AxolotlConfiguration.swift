import Files
import Manifests
import Recipes

/// What Axolotl is told of a training: every key that a result may depend on, in the order in which they are written.
struct AxolotlConfiguration: Sendable {
  /// The keys with their values.
  private(set) var keys: [(key: String, value: JSON)] = []

  /// What a training is told besides its settings.
  struct Job: Sendable {
    /// Optimizer steps of the whole training, and those of the warm-up.
    let totalSteps: Int
    let warmUpSteps: Int
    /// The longest example that there may be, in tokens.
    let sequenceLength: Int
    /// Steps between checkpoints; nil for the last step only.
    let checkpointInterval: Int?
    /// Class of a decoder layer, which FSDP wraps.
    let layerClass: String
    /// Folder of the model that training begins with, in the form of transformers.
    let model: String
    /// Folder of the training, which the plugin reads and writes.
    let folder: String
    /// The checkpoint that training goes on from; nil to begin.
    var checkpoint: String?

    var output: String { folder + "/out" }
    var deepSpeed: String { folder + "/deepspeed.json" }
  }

  /// Settings that the manifest does not decide elsewhere, and that `axolotl.settings` may set otherwise.
  private static let adjustable = [
    "attn_implementation", "tf32", "gradient_checkpointing", "full_determinism",
    "ddp_find_unused_parameters", "dataloader_num_workers", "save_total_limit",
  ]

  /// Lays out a training whose settings have no ``obstacles(_:_:)``.
  init(_ axolotl: Manifest.Axolotl, _ training: TrainingConfiguration, _ job: Job) {
    let isNew = axolotl.version != .v019
    set("base_model", .string(job.model))
    set("strict", false)
    // The plugin hands over the examples; the key has to be there.
    set("datasets", [["path": "replicate", "ds_type": "json", "type": "chat_template"]])
    set("plugins", ["replicate_plugin.ReplicatePlugin"])
    set("replicate_folder", .string(job.folder))
    set(
      "replicate_average_tokens",
      .bool(training.ranks > 1 && training.reduction == .tokenWindow))
    set("output_dir", .string(job.output))
    set("dataset_prepared_path", .string(job.folder + "/prepared"))
    set("val_set_size", .number(0))
    set("sequence_len", JSON(job.sequenceLength))
    for key in [
      "sample_packing", "pad_to_sequence_len", "group_by_length", "shuffle_merged_datasets",
    ] { set(key, false) }
    set("curriculum_sampling", .bool(training.order == .sequential))
    set("micro_batch_size", JSON(training.microBatchSize))
    set("gradient_accumulation_steps", JSON(training.accumulationSteps))
    set("max_steps", JSON(job.totalSteps))
    set("num_epochs", 1)
    setOptimizer(training, warmUpSteps: job.warmUpSteps)
    set("bf16", .bool(axolotl.precision == .bfloat16))
    set("fp16", false)
    set("tf32", false)
    set("gradient_checkpointing", false)
    set("attn_implementation", "eager")
    set("logging_steps", 1)
    set("save_strategy", "steps")
    set("save_steps", JSON(job.checkpointInterval ?? job.totalSteps))
    set("save_total_limit", 2)
    set("save_only_model", false)
    set("save_first_step", false)
    set("auto_resume_from_checkpoints", false)
    if let checkpoint = job.checkpoint { set("resume_from_checkpoint", .string(checkpoint)) }
    set("dataloader_num_workers", 0)
    set("seed", JSON(Int(training.seed)))
    if isNew {
      set("full_determinism", false)
      set("eval_on_start", false)
      set("logging_nan_inf_filter", false)
    }
    for (key, value) in Self.loss(training, axolotl.version) ?? [] { set(key, value) }
    setDistribution(axolotl, ranks: training.ranks, job)
    for (key, value) in axolotl.settings { set(key, value) }
  }

  /// The file's text.
  var text: String { YAMLText.mapping(keys) }

  private mutating func set(_ key: String, _ value: JSON) {
    if let index = keys.firstIndex(where: { $0.key == key }) {
      keys[index].value = value
    } else {
      keys.append((key, value))
    }
  }

  private mutating func setOptimizer(_ training: TrainingConfiguration, warmUpSteps: Int) {
    set("optimizer", "adamw_torch")
    set("adam_beta1", .number(training.optimizer.beta1))
    set("adam_beta2", .number(training.optimizer.beta2))
    set("adam_epsilon", .number(training.optimizer.epsilon))
    set("weight_decay", .number(training.optimizer.weightDecay))
    // Without a norm to clip to, transformers would not compute it.
    set("max_grad_norm", .number(training.maximumGradientNorm ?? 1e30))
    set("learning_rate", .number(training.learningRate))
    let isConstant = training.schedule == .constant
    set("lr_scheduler", .string(isConstant ? "constant_with_warmup" : training.schedule.rawValue))
    set("warmup_steps", JSON(warmUpSteps))
  }

  private mutating func setDistribution(_ axolotl: Manifest.Axolotl, ranks: Int, _ job: Job) {
    switch axolotl.distribution {
    case .ddp:
      if ranks > 1 { set("ddp_find_unused_parameters", false) }
    case .fsdp2:
      set("fsdp_version", 2)
      set(
        "fsdp_config",
        [
          "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
          "transformer_layer_cls_to_wrap": .string(job.layerClass),
          "state_dict_type": "FULL_STATE_DICT", "final_state_dict_type": "FULL_STATE_DICT",
          "reshard_after_forward": true, "offload_params": false,
          "cpu_ram_efficient_loading": true,
        ])
    case .zero2, .zero3: set("deepspeed", .string(job.deepSpeed))
    }
  }

  /// DeepSpeed's own file for a distribution that needs one; its `auto` values come from the keys.
  static func deepSpeed(_ axolotl: Manifest.Axolotl) -> JSON? {
    guard [.zero2, .zero3].contains(axolotl.distribution) else { return nil }
    let isThird = axolotl.distribution == .zero3
    return [
      "zero_optimization": JSON(present: [
        ("stage", isThird ? 3 : 2), ("overlap_comm", true), ("contiguous_gradients", true),
        ("stage3_gather_16bit_weights_on_model_save", isThird ? true : .null),
      ]),
      "bf16": ["enabled": .bool(axolotl.precision == .bfloat16)],
      "gradient_accumulation_steps": "auto", "gradient_clipping": "auto",
      "train_batch_size": "auto", "train_micro_batch_size_per_gpu": "auto",
    ]
  }
}

// MARK: - What it can do

extension AxolotlConfiguration {
  /// The keys that give an objective under a reduction; nil where this version cannot.
  ///
  /// Plain fine-tuning of 0.19 averages micro-batches; an entropy weight to the power 0, which is 1, counts tokens.
  static func loss(
    _ training: TrainingConfiguration, _ version: Manifest.Axolotl.Version
  ) -> [(String, JSON)]? {
    let averagesMicroBatches = training.reduction == .microBatchMean
    let isOld = version == .v019
    switch training.objective {
    case .crossEntropy, .entropyGated(.open):
      if averagesMicroBatches { return isOld ? [] : nil }
      return isOld ? eaft(.open) : []
    case .entropyGated(let gate):
      return averagesMicroBatches || gate.normalizer != .none ? nil : eaft(gate)
    case .probabilityWeighted:
      return averagesMicroBatches || isOld ? nil : [("use_dft", true)]
    case .masked: return nil
    }
  }

  private static func eaft(_ gate: EntropyGate) -> [(String, JSON)] {
    [("use_eaft", true), ("eaft_k", JSON(gate.k)), ("eaft_alpha", .number(gate.alpha))]
  }

  /// What of a manifest Axolotl does not do, a sentence each; `known` are the keys that the installed version has, nil if
  /// none is installed.
  static func obstacles(to manifest: Manifest, known: Set<String>?) -> [String] {
    let (axolotl, name) = (manifest.axolotl, "Axolotl \(manifest.axolotl.version.rawValue)")
    var obstacles: [String] = []
    for arm in manifest.arms {
      guard let training = manifest.training.configuration(of: arm.treatment, seed: 0),
        loss(training, axolotl.version) == nil
      else { continue }
      obstacles.append(
        "\(name) cannot train the arm '\(arm.name)': its objective is \(training.objective.declaration.name) (\(training.objective.canonicalText)) with the reduction \(training.reduction.rawValue). It has plain fine-tuning, EAFT without a normalizer and, since 0.20, DFT; only plain fine-tuning of 0.19 has micro-batch-mean."
      )
    }
    if manifest.training.keptCheckpointInterval != nil {
      obstacles.append(
        "No audit replays the checkpoints of another engine: take out 'keep_checkpoint_every_steps' to train with \(name)."
      )
    }
    if axolotl.distribution != .ddp, manifest.training.settings.ranks == 1 {
      obstacles.append(
        "'axolotl.distribution' is \(axolotl.distribution.rawValue), which needs several processes: set 'training.ranks', or take it out."
      )
    }
    if axolotl.measuresRounding, axolotl.precision != .float32 {
      obstacles.append(
        "'axolotl.measure_rounding' holds fp32 against fp64, and 'axolotl.precision' is \(axolotl.precision.rawValue): take one of them out."
      )
    }
    let job = Job(
      totalSteps: 1, warmUpSteps: 0, sequenceLength: 1, checkpointInterval: nil, layerClass: "",
      model: "", folder: "", checkpoint: "")
    var plain = axolotl
    plain.settings = []
    let own = manifest.arms.compactMap {
      manifest.training.configuration(of: $0.treatment, seed: 0)
    }.flatMap { AxolotlConfiguration(plain, $0, job).keys.map(\.key) }
    for (key, _) in axolotl.settings where own.contains(key) && !adjustable.contains(key) {
      obstacles.append(
        "'axolotl.settings' sets '\(key)', which the rest of the manifest decides: take it out.")
    }
    guard let known else { return obstacles }
    let plugin = ["replicate_folder", "replicate_average_tokens"]
    let asked = own + axolotl.settings.map(\.key)
    let dropped = asked.filter { !known.contains($0) && !plugin.contains($0) }
    var told: Set<String> = []
    for key in dropped where !axolotl.ignored.contains(key) && told.insert(key).inserted {
      obstacles.append(
        "\(name) has no setting '\(key)' and would drop it without a word: take it out, or name it under 'axolotl.ignored' so that the record says it."
      )
    }
    for key in axolotl.ignored where known.contains(key) {
      obstacles.append(
        "'axolotl.ignored' names '\(key)', which \(name) does have and would not ignore: take it out there."
      )
    }
    return obstacles
  }
}
