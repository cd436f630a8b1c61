import Files
import Provenance

/// The scores that the samples of any task carry, by metric and filter.
struct RecordedScoreTable {
  /// One metric of the answers of one filter.
  struct Column {
    /// The metric's name.
    let metric: String
    /// The results' keys of the mean and of its standard error.
    let key: String
    let errorKey: String
    /// One score a document, in the order of the documents; with weights, the log-likelihoods of texts in nats.
    fileprivate(set) var values: [Double]
    /// How many bytes or words each text has; nil for scores.
    fileprivate(set) var weights: [Double]?
    /// The documents.
    fileprivate(set) var documents: [Int]
  }

  /// The columns in which every document has a number, or every one a likelihood, in the order in which they come first.
  private(set) var columns: [Column] = []
  /// Number of documents, the highest number of one, and number of lines.
  private(set) var documents = 0
  let lastDocument: Int
  let lineCount: Int
  /// The hashes of document, prompt and target of each line that has all of them.
  private(set) var hashes: [(number: Int, hash: String)] = []
  /// Digests of the prompts of each document.
  private(set) var prompts: [Int: Digest] = [:]
  /// Hashes that are not those of what they stand beside.
  private(set) var hashDifferences: [HarnessSamples.HashDifference] = []

  /// Reads a file; `results` are those of the run that wrote it.
  ///
  /// - Throws: ``LogError`` or ``InterchangeError`` for a line that is damaged.
  init(path: String, name: String, results: JSON) throws {
    let file = try SampleFile(path: path)
    let entry = results["results"]?[name]?.objectValue ?? JSON.Object()
    lineCount = file.lines.count
    lastDocument = file.lines.last?.document ?? 0
    var places: [String: Int] = [:]
    var counts: [String: Int] = [:]
    var last: Int?
    for line in file.lines {
      if line.document != last { documents += 1 }
      last = line.document
      let object = try file.object(try file.bytes(of: line), of: line)
      try readHashes(object, line, path)
      let filter = line.filter.map { file.filters[$0] }
      for (metric, value) in object.members where !Self.isField(metric) {
        guard let keys = Self.keys(metric, filter, line.occurrence, entry) else { continue }
        counts[keys.value, default: 0] += 1
        guard let (number, weight) = Self.score(value) else { continue }
        if let place = places[keys.value] {
          guard (weight == nil) == (columns[place].weights == nil) else { continue }
          columns[place].values.append(number)
          if let weight { columns[place].weights?.append(weight) }
          columns[place].documents.append(line.document)
        } else {
          places[keys.value] = columns.count
          columns.append(
            Column(
              metric: metric, key: keys.value, errorKey: keys.error, values: [number],
              weights: weight.map { [$0] }, documents: [line.document]))
        }
      }
    }
    columns.removeAll { $0.values.count != counts[$0.key] }
  }

  /// A number, or the log-likelihood of a text with how many bytes or words it has.
  private static func score(_ value: JSON) -> (value: Double, weight: Double?)? {
    if let pair = value.arrayValue {
      guard pair.count == 2, let likelihood = pair[0].doubleValue, let weight = pair[1].doubleValue,
        likelihood.isFinite, (1...0x1p53).contains(weight)
      else { return nil }
      return (likelihood, weight)
    }
    let number = value.doubleValue ?? value.boolValue.map { $0 ? 1 : 0 }
    return number.flatMap { $0.isFinite ? ($0, nil) : nil }
  }

  private static func isField(_ name: String) -> Bool {
    SampleField.keys.contains(name) || SampleField.named.contains { $0.name == name }
  }

  /// The results' keys of a metric; nil if they have none of it.
  ///
  /// Lines without a filter come in the order in which the results name the filters of a metric.
  private static func keys(
    _ metric: String, _ filter: String?, _ occurrence: Int, _ entry: JSON.Object
  ) -> (value: String, error: String)? {
    if let filter, entry["\(metric),\(filter)"] != nil {
      return ("\(metric),\(filter)", "\(metric)_stderr,\(filter)")
    }
    let filters = entry.keys.compactMap { key -> String? in
      key.hasPrefix("\(metric),") ? String(key.dropFirst(metric.count + 1)) : nil
    }
    if filter == nil, filters.indices.contains(occurrence) {
      return ("\(metric),\(filters[occurrence])", "\(metric)_stderr,\(filters[occurrence])")
    }
    return entry[metric] != nil && occurrence == 0 ? (metric, "\(metric)_stderr") : nil
  }

  private mutating func readHashes(
    _ object: JSON.Object, _ line: SampleFile.Line, _ path: String
  ) throws {
    let row = SampleRow(object)
    func field(_ field: SampleField) -> JSON? { row.fields.first { $0.key == field }?.value }
    let requests = field(.arguments)
    let prompt = requests?.arrayValue?.first?.arrayValue?.first.flatMap(HarnessPrompt.text)
    if prompts[line.document] == nil {
      let all = requests?.arrayValue?.compactMap { $0.arrayValue?.first } ?? []
      prompts[line.document] = SHA256.digest(of: PythonJSON.line(.array(all)))
    }
    let sources: [(name: String, text: String?)] = [
      ("doc_hash", field(.document).map(PythonJSON.indented)), ("prompt_hash", prompt),
      // Python's text of anything else is not written here.
      ("target_hash", object["target"]?.stringValue),
    ]
    var all: String? = ""
    for (name, text) in sources {
      guard let value = object[name] else {
        all = nil
        continue
      }
      guard let hash = value.stringValue else {
        throw InterchangeError(.damaged, "Line \(line.number) of \(path): \(name) is no text.")
      }
      all? += hash
      if let text, SHA256.digest(of: text).hex != hash {
        hashDifferences.append(
          HarnessSamples.HashDifference(document: line.document, name: name))
      }
    }
    if let all { hashes.append((line.number, all)) }
  }
}
