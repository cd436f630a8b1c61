import Files

extension TaskComparison {
  /// Compares two files, document by document, in the order of the documents' numbers.
  ///
  /// - Throws: ``LogError`` if a file changed since its index was made.
  init(task: String, _ a: SampleFile, _ b: SampleFile) throws(LogError) {
    self.init(task: task, paths: (a.path, b.path))
    var counts = Counts(a: a, b: b)
    for (document, left, right) in SortedMerge.pairs(a.documents, b.documents, by: <) {
      guard let left else {
        documentsOnlyInB.append(document)
        continue
      }
      guard let right else {
        documentsOnlyInA.append(document)
        continue
      }
      documentsCompared += 1
      guard let place = try counts.compare(document, left, right) else { continue }
      causes[place.cause, default: 0] += 1
      first = first ?? place
    }
    fields = counts.fields.sorted { $0.key.precedes($1.key) }
      .map { Field(name: $0.key.name, documents: $0.value) }
    flips = counts.flips.values.sorted { $0.metric.precedes($1.metric) }
    largestOutputDistance = counts.largestOutputDistance
  }
}

extension SampleFile {
  /// The lines of every document.
  fileprivate var documents: [(key: Int, value: ArraySlice<Line>)] {
    var documents: [(key: Int, value: ArraySlice<Line>)] = []
    var start = 0
    for index in lines.indices
    where index + 1 == lines.count || lines[index + 1].document != lines[index].document {
      documents.append((lines[index].document, lines[start...index]))
      start = index + 1
    }
    return documents
  }

  /// Lines of one document by filter, sorted for a merge with those of another file.
  fileprivate func sorted(
    _ lines: ArraySlice<Line>, beside other: SampleFile
  ) -> [(key: LineName, value: Line)] {
    lines.map { line in
      let (filter, occurrence) = name(of: line, of: lines.count, beside: other)
      return (LineName(filter: filter, occurrence: occurrence), line)
    }.sorted { $0.0.precedes($1.0) }
  }
}

/// What tells the lines of one document apart.
private struct LineName {
  let filter: String
  let occurrence: Int

  func precedes(_ other: LineName) -> Bool {
    filter.precedes(other.filter)
      || filter.utf8.elementsEqual(other.filter.utf8) && occurrence < other.occurrence
  }
}

/// A field and its name in a summary, which for a metric includes the filter.
private struct FieldName: Hashable {
  let field: SampleField
  let name: String

  init(_ field: SampleField, filter: String) {
    self.field = field
    if case .metric(let name) = field { self.name = "\(name),\(filter)" } else { name = field.name }
  }

  func precedes(_ other: FieldName) -> Bool {
    field.rank < other.field.rank || field.rank == other.field.rank && name.precedes(other.name)
  }
}

/// What is counted over the documents of two files.
private struct Counts {
  let a: SampleFile
  let b: SampleFile
  var fields: [FieldName: Int] = [:]
  var flips: [String: TaskComparison.Flips] = [:]
  var largestOutputDistance: TaskComparison.DocumentDistance?

  /// Compares the lines of one document and gives the first difference in the order of cause and effect.
  mutating func compare(
    _ document: Int, _ left: ArraySlice<SampleFile.Line>, _ right: ArraySlice<SampleFile.Line>
  ) throws(LogError) -> TaskComparison.Place? {
    var differing: Set<FieldName> = []
    var first: (rank: Int, place: TaskComparison.Place)?
    func note(_ field: SampleField, _ filter: String, _ difference: ValueDifference) {
      differing.insert(FieldName(field, filter: filter))
      guard field.rank < first?.rank ?? .max else { return }
      let place = TaskComparison.Place(
        document: document, filter: filter, field: field.name, cause: field.cause,
        difference: difference)
      first = (field.rank, place)
    }

    let pairs = SortedMerge.pairs(
      a.sorted(left, beside: b), b.sorted(right, beside: a)
    ) { $0.precedes($1) }
    for (name, left, right) in pairs {
      guard let left, let right else {
        note(
          .line, name.filter,
          .only(.string(name.filter), inA: left != nil, at: SampleField.line.name))
        continue
      }
      for (field, difference) in try differences(left, right, document) {
        note(field, name.filter, difference)
        if case .metric = field { countFlip(FieldName(field, filter: name.filter), difference) }
      }
    }
    // Without a common filter, any two lines still share what comes before the filter.
    if let left = left.first, let right = right.first,
      !pairs.contains(where: { $0.a != nil && $0.b != nil })
    {
      for (field, difference) in try differences(left, right, document)
      where field.rank < SampleField.line.rank {
        note(field, a.filterName(of: left), difference)
      }
    }
    for name in differing { fields[name, default: 0] += 1 }
    return first?.place
  }

  /// The fields of two lines that differ, in the order of cause and effect.
  private mutating func differences(
    _ left: SampleFile.Line, _ right: SampleFile.Line, _ document: Int
  ) throws(LogError) -> [(SampleField, ValueDifference)] {
    let (leftBytes, rightBytes) = (try a.bytes(of: left), try b.bytes(of: right))
    guard leftBytes != rightBytes else { return [] }
    let rows = (try a.row(leftBytes, of: left), try b.row(rightBytes, of: right))
    var differences: [(SampleField, ValueDifference)] = []
    let pairs = SortedMerge.pairs(rows.0.fields, rows.1.fields, by: SampleRow.precedes)
    for (field, a, b) in pairs {
      if let a, let b {
        guard let difference = ValueDifference.first(a, b, at: field.name) else { continue }
        differences.append((field, difference))
        if field == .responses { measure(a, b, document) }
      } else if !field.isHash {
        differences.append((field, ValueDifference(path: field.name, a: a, b: b)))
      }
    }
    return differences
  }

  private mutating func countFlip(_ name: FieldName, _ difference: ValueDifference) {
    guard let a = difference.a, let b = difference.b else { return }
    var flip = flips[name.name] ?? TaskComparison.Flips(metric: name.name)
    flip.differing += 1
    switch (Counts.score(a), Counts.score(b)) {
    case (0, 1): flip.gained += 1
    case (1, 0): flip.lost += 1
    default: break
    }
    flips[name.name] = flip
  }

  private static func score(_ value: JSON) -> Double? {
    value.doubleValue ?? value.boolValue.map { $0 ? 1 : 0 }
  }

  /// Keeps the largest distance of the log-likelihoods of a document's requests.
  private mutating func measure(_ a: JSON, _ b: JSON, _ document: Int) {
    let (left, right) = (Counts.logLikelihoods(a), Counts.logLikelihoods(b))
    guard left.count == right.count else { return }
    for (a, b) in zip(left, right) {
      guard let distance = NumberDistance(a, b),
        distance.absolute > largestOutputDistance?.distance.absolute ?? 0
      else { continue }
      largestOutputDistance = TaskComparison.DocumentDistance(
        document: document, distance: distance)
    }
  }

  /// The numbers of `[[[number, is greedy]], …]`, one per request and repetition; none for texts.
  private static func logLikelihoods(_ responses: JSON) -> [Double] {
    (responses.arrayValue ?? []).flatMap { $0.arrayValue ?? [] }.compactMap { response in
      guard let pair = response.arrayValue, pair.count == 2 else { return nil }
      return pair[0].stringValue.flatMap(Double.init)
    }
  }
}
