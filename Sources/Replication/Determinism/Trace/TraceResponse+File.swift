import Files
import Foundation
import LanguageModels
import Records
import Tensors

// A response as one file, from a child process to its parent: little-endian words, counted texts and arrays.
extension TraceResponse {
  private static let format = "replicate/trace/v2"

  /// The file's bytes.
  var bytes: [UInt8] {
    var writer = TraceWriter()
    writer.text(Self.format)
    writer.text(instructionSet)
    writer.integer(threads)
    writer.array(trace.steps) { writer, step in
      writer.arm(step.arm)
      writer.integer(step.number)
      writer.array(step.results) { writer, result in
        writer.text(result.operation)
        writer.integer(result.rows)
        writer.integer(result.columns)
        writer.word(result.fingerprint.value)
      }
    }
    writer.array(trace.weights) { writer, weights in
      writer.arm(weights.arm)
      writer.bytes += weights.digest.bytes
    }
    writer.array(trace.evaluations) { writer, evaluation in
      writer.arm(evaluation.arm)
      writer.text(evaluation.name)
      writer.array(evaluation.documents) { writer, document in
        writer.text(document.task)
        writer.integer(document.index)
        writer.array(document.logLikelihoods) { $0.word($1.bitPattern) }
        writer.text(document.text)
        writer.word(document.fingerprint.value)
      }
      writer.array(evaluation.operations) { $0.text($1) }
      writer.array(evaluation.rows) { writer, row in
        writer.key(row.key)
        writer.array(row.fingerprints) { $0.word($1) }
      }
      writer.array(evaluation.conflicts) { writer, conflict in
        writer.integer(conflict.operation)
        writer.key(conflict.key)
      }
    }
    writer.array(captured) { writer, tensor in
      writer.integer(Int(tensor.element.rawValue))
      writer.integer(tensor.rows)
      writer.integer(tensor.columns)
      writer.integer(tensor.bytes.count)
      writer.bytes += tensor.bytes
    }
    return writer.bytes
  }

  /// Reads what ``bytes`` gave.
  ///
  /// Throws ``DeterminismError`` `trace` for anything else; `source` is what the message calls it.
  init(_ bytes: [UInt8], source: String) throws(DeterminismError) {
    var reader = TraceReader(bytes, source: source)
    guard try reader.text() == Self.format else { throw reader.damaged() }
    instructionSet = try reader.text()
    threads = try reader.integer()
    trace.steps = try reader.array { reader throws(DeterminismError) in
      ExecutionTrace.Step(
        arm: try reader.arm(), number: try reader.integer(),
        results: try reader.array { reader throws(DeterminismError) in
          ExecutionTrace.Result(
            operation: try reader.text(), rows: try reader.integer(), columns: try reader.integer(),
            fingerprint: Fingerprint(value: try reader.word()))
        })
    }
    trace.weights = try reader.array { reader throws(DeterminismError) in
      ExecutionTrace.Weights(arm: try reader.arm(), digest: try reader.digest())
    }
    trace.evaluations = try reader.array { reader throws(DeterminismError) in
      ExecutionTrace.Evaluation(
        arm: try reader.arm(), name: try reader.text(),
        documents: try reader.array { reader throws(DeterminismError) in
          ExecutionTrace.Document(
            task: try reader.text(), index: try reader.integer(),
            logLikelihoods: try reader.array { reader throws(DeterminismError) in
              Double(bitPattern: try reader.word())
            }, text: try reader.text(), fingerprint: Fingerprint(value: try reader.word()))
        }, operations: try reader.array { reader throws(DeterminismError) in try reader.text() },
        rows: try reader.array { reader throws(DeterminismError) in
          ExecutionTrace.Row(
            key: try reader.key(),
            fingerprints: try reader.array { reader throws(DeterminismError) in try reader.word() })
        },
        conflicts: try reader.array { reader throws(DeterminismError) in
          ExecutionTrace.Conflict(operation: try reader.integer(), key: try reader.key())
        })
    }
    captured = try reader.array { reader throws(DeterminismError) in try reader.tensor() }
    guard reader.isAtEnd else { throw reader.damaged() }
    for evaluation in trace.evaluations {
      let count = evaluation.operations.count
      guard evaluation.rows.allSatisfy({ $0.fingerprints.count == count }),
        evaluation.conflicts.allSatisfy({ (0..<count).contains($0.operation) })
      else { throw reader.damaged() }
    }
  }
}

private struct TraceWriter {
  var bytes: [UInt8] = []

  mutating func word(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func integer(_ value: Int) { word(UInt64(bitPattern: Int64(value))) }

  mutating func text(_ text: String) {
    integer(text.utf8.count)
    bytes += text.utf8
  }

  mutating func arm(_ arm: ArmAddress) {
    text(arm.name)
    integer(arm.seed == nil ? 0 : 1)
    word(arm.seed ?? 0)
  }

  mutating func key(_ key: TokenPrefixKey) {
    integer(key.count)
    word(key.fingerprint.value)
  }

  mutating func array<Element>(
    _ elements: [Element], _ write: (inout TraceWriter, Element) -> Void
  ) {
    integer(elements.count)
    for element in elements { write(&self, element) }
  }
}

private struct TraceReader {
  private let bytes: [UInt8]
  private let source: String
  private var position = 0

  init(_ bytes: [UInt8], source: String) {
    self.bytes = bytes
    self.source = source
  }

  var isAtEnd: Bool { position == bytes.count }

  func damaged() -> DeterminismError {
    DeterminismError(
      .trace,
      "The trace \(source) is damaged at byte \(position) of \(bytes.count); run the command again."
    )
  }

  mutating func word() throws(DeterminismError) -> UInt64 {
    guard bytes.count - position >= 8 else { throw damaged() }
    defer { position += 8 }
    return bytes.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
  }

  /// A number that is not negative.
  mutating func integer() throws(DeterminismError) -> Int {
    guard let value = Int(exactly: try word()) else { throw damaged() }
    return value
  }

  private mutating func slice() throws(DeterminismError) -> ArraySlice<UInt8> {
    let count = try integer()
    guard count <= bytes.count - position else { throw damaged() }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func text() throws(DeterminismError) -> String {
    String(decoding: try slice(), as: UTF8.self)
  }

  mutating func digest() throws(DeterminismError) -> Digest {
    guard bytes.count - position >= 32, let digest = Digest(bytes: bytes[position..<position + 32])
    else { throw damaged() }
    position += 32
    return digest
  }

  mutating func arm() throws(DeterminismError) -> ArmAddress {
    let (name, hasSeed, seed) = (try text(), try integer(), try word())
    return ArmAddress(name: name, seed: hasSeed == 1 ? seed : nil)
  }

  mutating func key() throws(DeterminismError) -> TokenPrefixKey {
    TokenPrefixKey(count: try integer(), fingerprint: Fingerprint(value: try word()))
  }

  mutating func tensor() throws(DeterminismError) -> CapturedTensor {
    let (kind, rows, columns) = (try integer(), try integer(), try integer())
    let content = Array(try slice())
    let (elements, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard let raw = UInt8(exactly: kind), let element = ObservedTensor.Element(rawValue: raw),
      !overflow, content.count.isMultiple(of: element.size),
      content.count / element.size == elements
    else { throw damaged() }
    return CapturedTensor(element: element, rows: rows, columns: columns, bytes: content)
  }

  mutating func array<Element>(
    _ read: (inout TraceReader) throws(DeterminismError) -> Element
  ) throws(DeterminismError) -> [Element] {
    let count = try integer()
    // Every element has at least a word; nothing is reserved that the file cannot hold.
    guard count <= (bytes.count - position) / 8 else { throw damaged() }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }
}
