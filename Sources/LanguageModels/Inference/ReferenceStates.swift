/// What a reference model computed for texts, remembered for the next model that is compared with it on the same ones.
///
/// With the arms and seeds of a run the reference is the same for dozens of models; what it gives is computed once. Remembered
/// are the states from which logits are computed, which are smaller than these by the vocabulary's size. Only for one
/// computation after the other, all with the same reference, arithmetic and order of texts.
package final class ReferenceStates {
  /// Bytes that are remembered at most; texts beyond are computed for every model.
  private static let byteLimit = 256 << 20
  private var known: [(requests: [ScoringRequest], states: [Float])] = []

  /// Nothing remembered yet.
  package init() {}

  /// The states of requests, outputs x hidden size in the order of the tree's rows; nil if they are not remembered.
  func states(of requests: [ScoringRequest]) -> [Float]? {
    known.first { $0.requests == requests }?.states
  }

  /// Whether so many more numbers are remembered.
  func hasRoom(for count: Int) -> Bool {
    let taken = known.reduce(0) { $0 + $1.states.count }
    return (taken + count) * MemoryLayout<Float>.size <= Self.byteLimit
  }

  /// Remembers the states of requests.
  func remember(_ states: [Float], of requests: [ScoringRequest]) {
    known.append((requests, states))
  }
}

/// The passes of a reference model beside those of the model that is compared with it.
struct ReferencePasses {
  private let transformer: IncrementalTransformer
  private let requests: [ScoringRequest]
  private let remembered: ReferenceStates?
  private let isKnown: Bool
  /// States of all outputs, or of those so far; empty where nothing is remembered.
  private var states: [Float] = []
  private var next = 0

  init(
    _ transformer: IncrementalTransformer, over tree: RequestTree, remembered: ReferenceStates?
  ) {
    (self.transformer, requests) = (transformer, tree.requests)
    let known = remembered?.states(of: requests)
    isKnown = known != nil
    states = known ?? []
    let rows = Set(tree.targets.map(\.row)).count
    let hasRoom = remembered?.hasRoom(for: rows * transformer.configuration.hiddenSize) ?? false
    self.remembered = hasRoom && !isKnown ? remembered : nil
  }

  /// Has the reference ready to give logits of a pass's outputs; throws what reading weights does.
  mutating func run(_ pass: InferencePass) throws {
    let count = pass.outputs.count * transformer.configuration.hiddenSize
    if isKnown {
      transformer.takeOutputs(states[next..<next + count], count: pass.outputs.count)
      next += count
    } else {
      try transformer.run(pass)
      if remembered != nil { states += transformer.outputStates(count: pass.outputs.count) }
    }
  }

  /// Remembers what all passes gave, if that is new.
  func remember() { remembered?.remember(states, of: requests) }
}
