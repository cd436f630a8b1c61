/// The weights of a GGUF file under the names and in the form of a Hugging Face checkpoint.
struct GGUFWeights: CheckpointWeights {
  let file: GGUFFile
  let configuration: ModelConfiguration

  var path: String { file.path }
  var storedNames: [String] { file.tensors.map(\.name) }

  func shape(ofStored name: String) -> [Int]? { file.tensor(name)?.shape }

  func storedName(of parameter: String) -> String {
    let parts = parameter.split(separator: ".").map(String.init)
    // model.layers.N.… is blk.N.… there.
    if parts.count > 4, parts[1] == "layers" {
      let name = parts[3...].joined(separator: ".")
      if let stored = storedLayerName(name) { return "blk.\(parts[2]).\(stored).weight" }
    }
    switch parameter {
    case "model.embed_tokens.weight": return "token_embd.weight"
    case "model.norm.weight": return "output_norm.weight"
    case "lm_head.weight": return "output.weight"
    default: preconditionFailure("GGUF has no name for the parameter \(parameter).")
    }
  }

  private func storedLayerName(_ name: String) -> String? {
    let isGemma = configuration.architecture == .gemma3
    switch name {
    case "input_layernorm.weight": return "attn_norm"
    case "self_attn.q_proj.weight": return "attn_q"
    case "self_attn.k_proj.weight": return "attn_k"
    case "self_attn.v_proj.weight": return "attn_v"
    case "self_attn.o_proj.weight": return "attn_output"
    case "self_attn.q_norm.weight": return "attn_q_norm"
    case "self_attn.k_norm.weight": return "attn_k_norm"
    case "post_attention_layernorm.weight": return isGemma ? "post_attention_norm" : "ffn_norm"
    case "pre_feedforward_layernorm.weight": return "ffn_norm"
    case "post_feedforward_layernorm.weight": return "post_ffw_norm"
    case "mlp.gate_proj.weight": return "ffn_gate"
    case "mlp.up_proj.weight": return "ffn_up"
    case "mlp.down_proj.weight": return "ffn_down"
    default: return nil
    }
  }

  func read(_ parameter: String, into target: UnsafeMutableBufferPointer<Float>) throws {
    try file.read(storedName(of: parameter), into: target)
    switch configuration.architecture {
    case .llama:
      if parameter.hasSuffix(".q_proj.weight") || parameter.hasSuffix(".k_proj.weight") {
        restoreRowOrder(target)
      }
    case .gemma3:
      // A GGUF norm holds the whole factor, 1 + w.
      if parameter.hasSuffix("norm.weight") {
        for index in target.indices { target[index] -= 1 }
      }
    }
  }

  /// Undoes the row order that llama.cpp gives the query and key projections of Llama.
  ///
  /// There the two rows that a rotary embedding turns together are neighbours; in a Hugging Face checkpoint the
  /// second lies half a head after the first. The reverse of `permute` in `convert_hf_to_gguf.py`.
  private func restoreRowOrder(_ weights: UnsafeMutableBufferPointer<Float>) {
    let columns = configuration.hiddenSize
    let half = configuration.headDimension / 2
    let head = 2 * half * columns
    withUnsafeTemporaryAllocation(of: Float.self, capacity: head) { scratch in
      for first in stride(from: 0, to: weights.count, by: head) {
        let rows = UnsafeMutableBufferPointer(rebasing: weights[first..<first + head])
        _ = scratch.update(from: rows)
        for pair in 0..<half {
          for part in 0..<2 {
            let source = (2 * pair + part) * columns
            let target = (part * half + pair) * columns
            _ = UnsafeMutableBufferPointer(rebasing: rows[target..<target + columns])
              .update(from: scratch[source..<source + columns])
          }
        }
      }
    }
  }
}
