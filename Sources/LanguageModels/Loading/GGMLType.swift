import Tensors

/// How a GGUF file stores the elements of a tensor that this package reads; the raw value is the one in the file.
///
/// Elements lie in blocks along a row; a block is the smallest piece that can be decoded by itself.
package enum GGMLType: UInt32, Sendable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4v0 = 2
  case q4v1 = 3
  case q5v0 = 6
  case q5v1 = 7
  case q8v0 = 8
  case q4k = 12
  case q5k = 13
  case q6k = 14
  case bf16 = 30

  /// The name that ggml gives the type.
  package var name: String {
    switch self {
    case .f32: "F32"
    case .f16: "F16"
    case .q4v0: "Q4_0"
    case .q4v1: "Q4_1"
    case .q5v0: "Q5_0"
    case .q5v1: "Q5_1"
    case .q8v0: "Q8_0"
    case .q4k: "Q4_K"
    case .q5k: "Q5_K"
    case .q6k: "Q6_K"
    case .bf16: "BF16"
    }
  }

  /// Elements of a block.
  package var blockElements: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4v0, .q4v1, .q5v0, .q5v1, .q8v0: 32
    case .q4k, .q5k, .q6k: 256
    }
  }

  /// Bytes of a block.
  package var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4v0: 18
    case .q4v1: 20
    case .q5v0: 22
    case .q5v1: 24
    case .q8v0: 34
    case .q4k: 144
    case .q5k: 176
    case .q6k: 210
    }
  }

  /// Decodes `blocks` blocks to fp32, with the operations and roundings of ggml's reference decoder.
  package func decode(
    _ source: UnsafeRawPointer, blocks: Int, into target: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .f32:
      UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: blocks * 4)
    case .f16: HalfPrecision.widen(float16: source, count: blocks, into: target)
    case .bf16: HalfPrecision.widen(bfloat16: source, count: blocks, into: target)
    case .q4v0: BlockDecoding.q4v0(source, blocks, target)
    case .q4v1: BlockDecoding.q4v1(source, blocks, target)
    case .q5v0: BlockDecoding.q5v0(source, blocks, target)
    case .q5v1: BlockDecoding.q5v1(source, blocks, target)
    case .q8v0: BlockDecoding.q8v0(source, blocks, target)
    case .q4k: BlockDecoding.q4k(source, blocks, target)
    case .q5k: BlockDecoding.q5k(source, blocks, target)
    case .q6k: BlockDecoding.q6k(source, blocks, target)
    }
  }
}
