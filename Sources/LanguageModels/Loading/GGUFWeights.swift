/// The weights of a GGUF file under the names and in the form of a Hugging Face checkpoint.
struct GGUFWeights: CheckpointWeights {
  let file: GGUFFile
  let configuration: ModelConfiguration

  var path: String { file.path }
  var storedNames: [String] {
    // What scales the rotary frequencies is part of the configuration.
    file.tensors.map(\.name).filter {
      $0 != GGUFConfiguration.rotaryDivisors || configuration.rotaryScaling == nil
    }
  }

  func shape(ofStored name: String) -> [Int]? { file.tensor(name)?.shape }

  func storedName(_ names: ParameterName) -> String { names.gguf }

  func read(
    _ parameter: ParameterLayout.Entry, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    try file.read(parameter.names.gguf, into: target)
    let (name, family) = (parameter.name, configuration.family)
    if family.gguf.permutesQueriesAndKeys,
      name.hasSuffix(".q_proj.weight") || name.hasSuffix(".k_proj.weight")
    {
      restoreRowOrder(target)
    }
    if family.interleavesHeads, name.contains(".query_key_value.") { interleaveHeads(target) }
    // A GGUF norm holds the whole factor, such as 1 + w.
    if parameter.kind == .norm, family.normWeightOffset != 0 {
      for index in target.indices { target[index] -= family.normWeightOffset }
    }
  }

  /// Puts rows, or elements of a bias, of queries, keys and values head by head, as a Hugging Face checkpoint has them.
  ///
  /// llama.cpp's converter puts all queries first, then all keys, then all values.
  private func interleaveHeads(_ weights: UnsafeMutableBufferPointer<Float>) {
    let heads = configuration.headCount
    let part = weights.count / (3 * heads)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: weights.count) { copy in
      _ = copy.update(fromContentsOf: weights)
      for head in 0..<heads {
        for kind in 0..<3 {
          let (source, target) = ((kind * heads + head) * part, (head * 3 + kind) * part)
          _ = UnsafeMutableBufferPointer(rebasing: weights[target..<target + part])
            .update(from: copy[source..<source + part])
        }
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
