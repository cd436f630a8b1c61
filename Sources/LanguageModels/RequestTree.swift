/// The requests of one document as a trunk, which all begin with, and a branch for each that goes on.
struct RequestTree {
  /// Consecutive rows of one path.
  struct Branch {
    /// Rows in `tokens`.
    let rows: Range<Int>
    /// Number of trunk tokens before it.
    let depth: Int
  }

  /// A token that is looked up in the logits of a row.
  struct Target {
    let row: Int
    let token: Int32
  }

  /// Input tokens of trunk and branches, one after the other.
  let tokens: [Int32]
  /// The trunk, and then one branch for each request; a branch can be empty.
  let branches: [Branch]
  /// For each request its continuation tokens and where they are predicted.
  let targets: [[Target]]
  /// Longest path from the beginning, in tokens.
  let depth: Int

  init(_ requests: [ScoringRequest]) {
    // The last token of a request is only predicted, never fed.
    let inputs = requests.map { $0.tokens.dropLast() }
    var trunk = inputs.first?.count ?? 0
    for input in inputs.dropFirst() {
      trunk = zip(inputs[0].prefix(trunk), input).prefix { $0 == $1 }.count
    }
    var tokens = Array(inputs.first?.prefix(trunk) ?? [])
    var branches = [Branch(rows: 0..<trunk, depth: 0)]
    for input in inputs {
      let start = tokens.count
      tokens += input.dropFirst(trunk)
      branches.append(Branch(rows: start..<tokens.count, depth: trunk))
    }
    targets = zip(requests, branches.dropFirst()).map { request, branch in
      (request.tokens.count - request.continuationCount..<request.tokens.count).map { position in
        let input = position - 1
        return Target(
          row: input < trunk ? input : branch.rows.lowerBound + input - trunk,
          token: request.tokens[position])
      }
    }
    self.tokens = tokens
    self.branches = branches
    depth = inputs.map(\.count).max() ?? 0
  }

  /// For each row the key of the tokens that it follows from.
  var prefixKeys: [TokenPrefixKey] {
    let trunk = TokenPrefixKey.empty.appending(tokens[branches[0].rows])
    return trunk
      + branches.dropFirst().flatMap { branch in
        (trunk.last ?? .empty).appending(tokens[branch.rows])
      }
  }
}
