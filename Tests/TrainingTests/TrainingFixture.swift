import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

@testable import Recipes
@testable import Training

/// The numbers that `make_training.py` wrote.
struct TrainingFixture: Decodable {
  struct TokenCase: Decodable {
    let name: String
    let logits: [Float]
    let target: Int32
    let crossEntropy: Double
    let entropy: Double
    let axolotlEntropy: Double
    let weights: [String: Double]
  }

  struct BatchCase: Decodable {
    struct Result: Decodable {
      let loss: Double
      let crossEntropies: [Double]
      let entropies: [Double]
      let gradient: [[[Double]]]
      let norm: Double
    }

    let logits: [[[Float]]]
    let labels: [[Int32]]
    let linearOf6: Result
    let linearOf10: Result
    let cubeRootOf6: Result
    let cubeRootOf10: Result

    enum CodingKeys: String, CodingKey {
      case logits
      case labels
      case linearOf6 = "alpha 1.0 count 6"
      case linearOf10 = "alpha 1.0 count 10"
      case cubeRootOf6 = "alpha 0.333 count 6"
      case cubeRootOf10 = "alpha 0.333 count 10"
    }
  }

  struct RowCase: Decodable {
    let logits: [Float]
    let target: Int32
    let k: Int
    let alpha: Double
    let scale: Double
    let crossEntropy: Double
    let entropy: Double
    let weight: Double
    let gradient: [Double]
  }

  struct OrderCase: Decodable {
    let count: Int
    let seed: String
    let numpyHead: [Int]
    let numpy: String
    let torchHead: [Int]
    let torch: String
  }

  struct ScheduleCase: Decodable {
    let shape: String
    let warmUp: Int
    let total: Int
    let peak: Double
    let rates: [Double]
  }

  struct AdamWCase: Decodable {
    let count: Int
    let norms: [Double]
    let weightDecay: Double
    let parameters: [Double]
  }

  let tokens: [TokenCase]
  let batch: BatchCase
  let rows: [RowCase]
  let orders: [OrderCase]
  let schedules: [ScheduleCase]
  let decays: [String: Bool]
  let adamw: AdamWCase

  static func load() throws -> TrainingFixture {
    try JSONDecoder().decode(TrainingFixture.self, from: Fixtures.data("training.json"))
  }
}

/// Files beside the tests.
enum Fixtures {
  static func path(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
      .appendingPathComponent(name).path
  }

  static func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(name)))
  }
}

extension TemporaryFolder {
  /// Path of the checkpoint in the folder.
  var checkpoint: String { path(of: "checkpoint.safetensors") }
}

/// Whether two numbers agree within an absolute or a relative tolerance.
func agree(
  _ found: Double, _ expected: Double, absolute: Double = 0, relative: Double = 0
) -> Bool {
  abs(found - expected) <= max(absolute, relative * abs(expected))
}

/// The bits of all elements, for exact comparison.
func bits(_ buffer: FloatBuffer) -> [UInt32] { buffer.elements.map(\.bitPattern) }
