import Files
import Manifests
import Recipes
import Training

/// How the processes of a training are started; no result depends on it.
package struct AxolotlLaunch: Sendable, Equatable {
  /// What starts them.
  package enum Launcher: String, CaseIterable, Sendable {
    /// One process, without a launcher.
    case python
    /// PyTorch's, on one node or, under Slurm, several.
    case torchrun
    /// Hugging Face's, for the GPUs of one node.
    case accelerate
    /// A script that Slurm runs with torchrun, and whose end is waited for.
    case slurm
  }

  /// What starts them; nil for torchrun where there are several, and else none.
  package var launcher: Launcher?
  /// Nodes, for Slurm.
  package var nodes = 1
  /// Further options of `sbatch`, as in `--partition=gpu`.
  package var slurmOptions: [String] = []

  /// The default: on this machine.
  package init() {}

  /// What keeps a manifest from being started like this, a sentence each.
  func obstacles(to manifest: Manifest) -> [String] {
    let ranks = manifest.training.settings.ranks
    var obstacles: [String] = []
    if launcher == .python, ranks > 1 {
      obstacles.append(
        "The launcher python starts one process, but 'training.ranks' is \(ranks): use torchrun.")
    }
    if nodes > 1, launcher != .slurm {
      obstacles.append("Several nodes are started by the launcher slurm only.")
    }
    if !ranks.isMultiple(of: nodes) {
      obstacles.append(
        "'training.ranks' is \(ranks), which cannot be shared by \(nodes) nodes alike.")
    }
    return obstacles
  }

  /// The command that trains in `ranks` processes with the configuration `file`.
  ///
  /// For Slurm, `script` is where ``script(_:ranks:environment:variables:log:)`` lies.
  func command(
    _ file: String, ranks: Int, environment: String, precision: Manifest.Axolotl.Precision,
    script: String
  ) -> [String] {
    let train = ["\(environment)/bin/axolotl", "train", file, "--launcher"]
    switch launcher ?? (ranks == 1 ? .python : .torchrun) {
    case .python: return train + ["python"]
    case .torchrun:
      // A port that is free on this machine, so that trainings side by side do not meet.
      return train + [
        "torchrun", "--", "--nnodes", "1", "--nproc_per_node", "\(ranks)", "--rdzv_backend", "c10d",
        "--rdzv_endpoint", "127.0.0.1:0",
      ]
    case .accelerate:
      return train + [
        "accelerate", "--", "--num_processes", "\(ranks)", "--num_machines", "1",
        "--mixed_precision", precision == .bfloat16 ? "bf16" : "no", "--dynamo_backend", "no",
      ]
    case .slurm: return ["sbatch", "--wait", script]
    }
  }

  /// What Slurm runs: one task a node, each of which starts its share of the processes.
  func script(
    _ file: String, ranks: Int, environment: String, variables: [String: String], log: String
  ) -> String {
    func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
    let perNode = ranks / nodes
    let options =
      [
        "--job-name=replicate", "--nodes=\(nodes)", "--ntasks-per-node=1",
        "--gpus-per-node=\(perNode)", "--open-mode=append", "--output=\(log)",
      ] + slurmOptions
    let exports = variables.sorted { $0.key < $1.key }.map {
      "export \($0.key)=\(quoted($0.value))"
    }
    return """
      #!/bin/bash
      \(options.map { "#SBATCH \($0)" }.joined(separator: "\n"))
      set -euo pipefail
      \(exports.joined(separator: "\n"))
      head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
      exec srun \(quoted("\(environment)/bin/axolotl")) train \(quoted(file)) --launcher torchrun -- \\
        --nnodes \(nodes) --nproc_per_node \(perNode) --rdzv_id "$SLURM_JOB_ID" --rdzv_backend c10d \\
        --rdzv_endpoint "$head:29500" --rdzv_conf join_timeout=1800

      """
  }
}
