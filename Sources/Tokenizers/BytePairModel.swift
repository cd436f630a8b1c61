/// Byte pair encoding: cuts a text into its smallest symbols and merges neighbours until no merge
/// is left.
struct BytePairModel: Sendable {
  /// What the smallest symbols are.
  enum Symbols: Sendable {
    /// Bytes, each with the id of its stand-in character (GPT-2's byte-level BPE).
    case bytes
    /// Unicode scalars; one that is not a piece becomes the byte pieces `<0x00>` to `<0xFF>` of its
    /// UTF-8.
    case scalars
  }

  /// Texts of all tokens.
  var pieces: PieceTable
  /// What may merge.
  let merges: MergeRule
  /// What the smallest symbols are.
  let symbols: Symbols
  /// Id of each byte's piece, -1 for a byte that has none.
  let byteIDs: [Int32]
  /// Token for bytes that have no piece; without one they are dropped, as in the tokenizers
  /// library.
  let unknownID: Int32?
  /// Whether neighbouring unknown bytes become one token.
  let fusesUnknown: Bool
  /// Whether a byte-level word that is a piece stays whole, whatever the merges say.
  var keepsWholePieces = false

  /// Memory that is used again from word to word, and from text to text of the same model.
  struct Scratch: Sendable {
    /// Symbols whose memory is kept from text to text.
    private static let mostSymbols = 1 << 20

    fileprivate var symbols: [Symbol] = []
    fileprivate var queue = MergeQueue()
    fileprivate var standIns: [UInt8] = []
    fileprivate var words = WordCache()

    /// Whether a very long word was encoded with it.
    var isLarge: Bool { symbols.capacity > Self.mostSymbols }
  }

  /// A piece of the text, linked to its neighbours by index.
  fileprivate struct Symbol: Sendable {
    /// Token id, -1 once merged into the symbol before it.
    var id: Int32
    var previous: Int32
    var next: Int32
    var start: Int32
    var end: Int32
  }

  /// Encodes one word.
  ///
  /// - Parameters:
  ///   - text: valid UTF-8, less than 2 GiB.
  ///   - scratch: memory from an earlier call, of this model.
  ///   - emit: gets each token with the bytes of `text` that it covers, in order.
  /// - Complexity: O(n log n) in the number of bytes.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, scratch: inout Scratch,
    emit: (_ id: Int32, _ bytes: Range<Int>) -> Void
  ) {
    guard let key = WordCache.Key(text) else {
      return encodeAnew(text, scratch: &scratch, emit: emit)
    }
    if scratch.words.forEachToken(of: key, emit) { return }
    var entry = WordCache.Entry(key)
    var (count, isWhole) = (0, true)
    encodeAnew(text, scratch: &scratch) { id, bytes in
      isWhole = isWhole && entry.add(id, bytes, at: count)
      count += 1
      emit(id, bytes)
    }
    if isWhole { scratch.words.keep(entry) }
  }

  private func encodeAnew(
    _ text: UnsafeBufferPointer<UInt8>, scratch: inout Scratch,
    emit: (_ id: Int32, _ bytes: Range<Int>) -> Void
  ) {
    if keepsWholePieces, let id = wholePiece(text, &scratch.standIns) {
      return emit(id, 0..<text.count)
    }
    scratch.symbols.removeAll(keepingCapacity: true)
    switch symbols {
    case .bytes: appendBytes(of: text, to: &scratch.symbols)
    case .scalars: appendScalars(of: text, to: &scratch.symbols)
    }
    guard !scratch.symbols.isEmpty else { return }
    scratch.symbols[scratch.symbols.count - 1].next = -1
    mergeAll(of: text, symbols: &scratch.symbols, queue: &scratch.queue)
    var index: Int32 = 0
    while index >= 0 {
      let symbol = scratch.symbols[Int(index)]
      emit(symbol.id, Int(symbol.start)..<Int(symbol.end))
      index = symbol.next
    }
  }

  /// The piece that a word's bytes are, written with their stand-ins.
  private func wholePiece(
    _ text: UnsafeBufferPointer<UInt8>, _ standIns: inout [UInt8]
  ) -> Int32? {
    standIns.removeAll(keepingCapacity: true)
    for byte in text {
      let value = ByteLevel.characters[Int(byte)].value
      if value < 0x80 {
        standIns.append(UInt8(value))
      } else {
        standIns.append(0xC0 | UInt8(value >> 6))
        standIns.append(0x80 | UInt8(value & 0x3F))
      }
    }
    return standIns.withUnsafeBufferPointer { pieces.id(of: $0) }
  }

  // MARK: - First symbols

  private func append(_ id: Int32, _ start: Int, _ end: Int, to symbols: inout [Symbol]) {
    let index = Int32(symbols.count)
    symbols.append(
      Symbol(
        id: id, previous: index - 1, next: index + 1, start: Int32(start), end: Int32(end)))
  }

  private func appendBytes(of text: UnsafeBufferPointer<UInt8>, to symbols: inout [Symbol]) {
    var isAfterUnknown = false
    for index in 0..<text.count {
      let id = byteIDs[Int(text[index])]
      if id >= 0 {
        append(id, index, index + 1, to: &symbols)
        isAfterUnknown = false
      } else if let unknownID {
        if isAfterUnknown && fusesUnknown {
          symbols[symbols.count - 1].end = Int32(index + 1)
        } else {
          append(unknownID, index, index + 1, to: &symbols)
        }
        isAfterUnknown = true
      }
    }
  }

  private func appendScalars(of text: UnsafeBufferPointer<UInt8>, to symbols: inout [Symbol]) {
    var index = 0
    while index < text.count {
      let end = index + UTF8Scalars.length(leadingByte: text[index])
      if let id = pieces.id(of: UnsafeBufferPointer(rebasing: text[index..<end])) {
        append(id, index, end, to: &symbols)
      } else {
        for byte in index..<end {
          append(byteIDs[Int(text[byte])], byte, byte + 1, to: &symbols)
        }
      }
      index = end
    }
  }

  // MARK: - Merging

  private func mergeAll(
    of text: UnsafeBufferPointer<UInt8>, symbols: inout [Symbol], queue: inout MergeQueue
  ) {
    queue.removeAll()
    for index in 0..<(symbols.count - 1) {
      enqueue(Int32(index), Int32(index + 1), of: text, symbols: symbols, queue: &queue)
    }
    while let candidate = queue.popFirst() {
      let position = Int(candidate.position)
      let next = symbols[position].next
      // A symbol only ever grows at its end, so an entry is stale unless both sides still end where
      // they did.
      guard symbols[position].id >= 0, next >= 0, symbols[Int(next)].end == candidate.end else {
        continue
      }
      symbols[position].id = candidate.id
      symbols[position].end = candidate.end
      let following = symbols[Int(next)].next
      symbols[position].next = following
      symbols[Int(next)].id = -1
      if following >= 0 {
        symbols[Int(following)].previous = candidate.position
        enqueue(candidate.position, following, of: text, symbols: symbols, queue: &queue)
      }
      let previous = symbols[position].previous
      if previous >= 0 {
        enqueue(previous, candidate.position, of: text, symbols: symbols, queue: &queue)
      }
    }
  }

  private func enqueue(
    _ left: Int32, _ right: Int32, of text: UnsafeBufferPointer<UInt8>, symbols: [Symbol],
    queue: inout MergeQueue
  ) {
    let leftSymbol = symbols[Int(left)]
    let rightSymbol = symbols[Int(right)]
    let merge: Merge?
    switch merges {
    case .ranked(let table): merge = table.merge(left: leftSymbol.id, right: rightSymbol.id)
    case .scored(let scores):
      merge = scoredMerge(of: text, left: leftSymbol, right: rightSymbol, scores: scores)
    }
    guard let merge else { return }
    queue.insert(
      MergeQueue.Candidate(
        priority: merge.priority, id: merge.id, position: left, end: rightSymbol.end))
  }

  private func scoredMerge(
    of text: UnsafeBufferPointer<UInt8>, left: Symbol, right: Symbol, scores: PieceScores
  ) -> Merge? {
    // Byte pieces stand for a byte, not for their text, and never merge.
    guard pieces.length(of: Int(left.id)) == Int(left.end - left.start),
      pieces.length(of: Int(right.id)) == Int(right.end - right.start)
    else { return nil }
    let both = UnsafeBufferPointer(rebasing: text[Int(left.start)..<Int(right.end)])
    guard let id = pieces.id(of: both) else { return nil }
    let leftText = UnsafeBufferPointer(rebasing: text[Int(left.start)..<Int(left.end)])
    let rightText = UnsafeBufferPointer(rebasing: text[Int(right.start)..<Int(right.end)])
    return Merge(priority: scores.priority(of: id, left: leftText, right: rightText), id: id)
  }
}

/// Merges that wait for their turn: a binary heap.
struct MergeQueue: Sendable {
  /// Two neighbouring symbols that may merge.
  struct Candidate: Sendable {
    /// Lower goes first.
    var priority: UInt64
    /// Id of the piece that they become; the lower goes first where priorities are equal.
    var id: Int32
    /// Index of the left symbol; the lower goes first where the rest is equal.
    var position: Int32
    /// Where the right symbol ended when this was made.
    var end: Int32

    fileprivate func precedes(_ other: Candidate) -> Bool {
      if priority != other.priority { return priority < other.priority }
      if id != other.id { return id < other.id }
      return position < other.position
    }
  }

  private var heap: [Candidate] = []

  /// Empties the queue and keeps its memory.
  mutating func removeAll() { heap.removeAll(keepingCapacity: true) }

  /// Adds a candidate.
  mutating func insert(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard candidate.precedes(heap[parent]) else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = candidate
  }

  /// Takes the candidate whose turn it is.
  mutating func popFirst() -> Candidate? {
    guard let last = heap.popLast() else { return nil }
    guard let first = heap.first else { return last }
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count && heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(last) else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = last
    return first
  }
}
