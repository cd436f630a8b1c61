/// The input tokens of scoring requests as a tree: what several begin with is there once.
///
/// Nodes come depth first, and so do the rows that their tokens make when all is computed: an ancestor's rows come
/// before its descendants', and the rows of a node and all its descendants are consecutive.
struct RequestTree {
  /// Tokens that the same requests have in common.
  struct Node {
    /// Index of the node before it on every path; nil where sequences begin.
    let parent: Int?
    /// Positions of the tokens in their sequences.
    let positions: Range<Int>
    /// Index of a request that has the tokens.
    let request: Int
    /// The row of the first token.
    let firstRow: Int
    /// The row behind the last descendant's.
    fileprivate(set) var end: Int

    /// Rows of the tokens.
    var rows: Range<Int> { firstRow..<firstRow + positions.count }
  }

  /// A token of a continuation, and where it is predicted.
  struct Target {
    /// Row of the token before it.
    let row: Int
    let token: Int32
    /// Index of the request whose continuation it is part of.
    let request: Int
  }

  /// Fewest tokens that are computed once for several requests: each part of a tree makes attention's products smaller.
  static let shortestShared = 4

  let requests: [ScoringRequest]
  private(set) var nodes: [Node] = []
  /// In rising order of rows, and so in the order of each request's tokens.
  private(set) var targets: [Target] = []

  /// Number of rows of all nodes.
  var rowCount: Int { nodes.last?.rows.upperBound ?? 0 }

  /// Makes the tree of `requests`; branches come in the order of the first request that each has.
  init(_ requests: [ScoringRequest]) {
    self.requests = requests
    let leaves = appendNodes(of: Draft.tree(of: requests))
    for (index, request) in requests.enumerated() where request.continuationCount > 0 {
      appendTargets(of: request, index, leaf: leaves[index])
    }
    targets.sort { ($0.row, $0.request) < ($1.row, $1.request) }
  }

  /// Gives each request the node that it ends with.
  private mutating func appendNodes(of drafts: [Draft]) -> [Int] {
    var leaves = [Int](repeating: 0, count: requests.count)
    // Not recursive: a request can begin with another, and that one with a third, as often as there are requests.
    var waiting = drafts[0].children.reversed().map { (draft: $0, start: 0, parent: Int?.none) }
    while let (index, start, parent) = waiting.popLast() {
      let draft = drafts[index]
      let isKept = !draft.requests.isEmpty || draft.end - start >= Self.shortestShared
      if isKept {
        for request in draft.requests { leaves[request] = nodes.count }
        let row = rowCount
        nodes.append(
          Node(
            parent: parent, positions: start..<draft.end, request: draft.first, firstRow: row,
            end: row + draft.end - start))
      }
      let (next, before) = isKept ? (draft.end, nodes.count - 1) : (start, parent)
      waiting += draft.children.reversed().map { ($0, next, before) }
    }
    for index in nodes.indices.reversed() {
      if let parent = nodes[index].parent {
        nodes[parent].end = max(nodes[parent].end, nodes[index].end)
      }
    }
    return leaves
  }

  private mutating func appendTargets(of request: ScoringRequest, _ index: Int, leaf: Int) {
    // The row at a position predicts the token at the next.
    let wanted = request.tokens.count - 1 - request.continuationCount..<request.tokens.count - 1
    var next: Int? = leaf
    while let current = next, nodes[current].positions.upperBound > wanted.lowerBound {
      let node = nodes[current]
      for position in node.positions.clamped(to: wanted) {
        targets.append(
          Target(
            row: node.firstRow + position - node.positions.lowerBound,
            token: request.tokens[position + 1], request: index))
      }
      next = node.parent
    }
  }
}

/// A node of the tree in which every common beginning is shared.
private struct Draft {
  /// Tokens from the beginning of the sequences to the node's end.
  let end: Int
  /// The first request that has these tokens.
  var first: Int
  /// Requests that end with them.
  var requests: [Int] = []
  /// In the order of their first requests.
  var children: [Int] = []

  /// All nodes, the first being the root, which has no token.
  ///
  /// Sorted sequences are taken in one after the other, as a suffix tree is made of a suffix array.
  static func tree(of requests: [ScoringRequest]) -> [Draft] {
    var drafts = [Draft(end: 0, first: .max)]
    /// The path to the sequence that was taken in last.
    var path = [0]
    func add(_ child: Int, to parent: Int) {
      drafts[parent].children.append(child)
      drafts[parent].first = min(drafts[parent].first, drafts[child].first)
    }
    var previous: ScoringRequest?
    for index in requests.indices.filter({ requests[$0].continuationCount > 0 }).sorted(by: {
      let (a, b) = (requests[$0], requests[$1])
      let shared = a.sharedInputCount(b)
      guard shared < a.inputCount, shared < b.inputCount else {
        return (a.inputCount, $0) < (b.inputCount, $1)
      }
      return a.tokens[shared] < b.tokens[shared]
    }) {
      let request = requests[index]
      let shared = previous?.sharedInputCount(request) ?? 0
      while drafts[path[path.count - 1]].end > shared {
        let child = path.removeLast()
        if drafts[path[path.count - 1]].end < shared {
          path.append(drafts.count)
          drafts.append(Draft(end: shared, first: .max))
        }
        add(child, to: path[path.count - 1])
      }
      if request.inputCount > shared {
        path.append(drafts.count)
        drafts.append(Draft(end: request.inputCount, first: index))
      }
      let last = path[path.count - 1]
      drafts[last].requests.append(index)
      drafts[last].first = min(drafts[last].first, index)
      previous = request
    }
    while path.count > 1 {
      let child = path.removeLast()
      add(child, to: path[path.count - 1])
    }
    for index in drafts.indices {
      drafts[index].children = drafts[index].children.sorted {
        drafts[$0].first < drafts[$1].first
      }
    }
    return drafts
  }
}

extension ScoringRequest {
  /// Number of tokens that are fed to the model; the last one is only predicted.
  fileprivate var inputCount: Int { tokens.count - 1 }

  /// Number of input tokens that two requests begin with alike.
  fileprivate func sharedInputCount(_ other: ScoringRequest) -> Int {
    tokens.withUnsafeBufferPointer { a in
      other.tokens.withUnsafeBufferPointer { b in
        let count = min(a.count, b.count) - 1
        var index = 0
        while index < count, a[index] == b[index] { index += 1 }
        return index
      }
    }
  }
}
