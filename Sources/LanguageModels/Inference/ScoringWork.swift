/// What scoring the requests of some documents together takes.
package struct ScoringWork: Sendable, Equatable {
  /// Tokens that are computed: what requests begin with alike counts once.
  package let rows: Int
  /// Tokens whose logits are wanted.
  package let outputs: Int
  /// Tokens of the longest request.
  package let longest: Int

  /// Counts, and computes nothing else.
  package init(_ documents: [[ScoringRequest]]) {
    let requests = documents.flatMap(\.self)
    let tree = RequestTree(requests)
    rows = tree.rowCount
    outputs = Set(tree.targets.map(\.row)).count
    longest = requests.map(\.tokens.count).max() ?? 0
  }
}
