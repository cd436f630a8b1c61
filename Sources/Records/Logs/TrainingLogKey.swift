/// What the keys of a training log mean for a comparison.
///
/// Keys as transformers 5.16, TRL 1.9 and Axolotl 0.19 write them.
enum TrainingLogKey {
  /// Whether a value depends on the clock or on the machine's memory, and is therefore not compared.
  ///
  /// `train_runtime`, `eval_samples_per_second`, `tokens/train_per_sec_per_gpu`, `memory/max_active (GiB)`,
  /// `train_mem_gpu_peaked_delta`, `eval_model_preparation_time`, `step_time`, `profiling/…`. The count of
  /// floating-point operations (`total_flos`) follows from the batches and is compared.
  static func isMeasured(_ key: String) -> Bool {
    key.hasPrefix("memory/") || key.hasPrefix("profiling/") || key.contains("_mem_cpu_")
      || key.contains("_mem_gpu_") || key.contains("per_sec") || key.hasSuffix("runtime")
      || key.hasSuffix("_time") || key == "memory_usage"
  }

  /// The place of a key in the order in which a step's values depend on each other.
  ///
  /// What was fed comes first; then the loss and what is derived from it; the gradient; the learning rate, which acts on
  /// the next loss only; evaluation, which sees the updated weights; the summary at the end of the run.
  static func causalRank(_ key: String) -> Int {
    switch key {
    case "epoch", "num_tokens", "num_input_tokens_seen", "tokens/total", "tokens/trainable": 0
    case "loss": 1
    case "grad_norm": 3
    case "learning_rate": 4
    case _ where key.hasPrefix("eval_"): 5
    case _ where key.hasPrefix("train_") || key == "total_flos": 6
    default: 2
    }
  }
}
