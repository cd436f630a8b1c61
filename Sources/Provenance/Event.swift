package import Files

/// One thing that happened in a run, as a line of an event log says it.
package struct Event: Sendable, Equatable {
  /// Its place in the log, from 0.
  package let index: Int
  /// When it was written, in UTC; data, never part of a result.
  package let time: String
  /// What kind of event it is.
  package let type: String
  /// What the event says.
  package let data: JSON

  /// The line of the event, its line feed included: canonical JSON that carries the head of the chain before it.
  func line(previous: Digest) throws(FileError) -> [UInt8] {
    let value: JSON = [
      "data": data, "index": JSON(index), "previous": JSON(previous), "time": .string(time),
      "type": .string(type),
    ]
    return try CanonicalJSON.encode(value) + [UInt8(ascii: "\n")]
  }

  /// Reads a line (without its line feed) and checks that it continues the chain.
  static func read(
    _ line: UnsafeBufferPointer<UInt8>, continuing chain: EventChain, path: String
  ) throws(ProvenanceError) -> Event {
    let number = chain.count + 1
    func broken(_ problem: String) -> ProvenanceError {
      ProvenanceError(
        .brokenChain,
        "\(path), line \(number): \(problem); the log was changed after it was written.")
    }
    let value: JSON
    do throws(FileError) {
      value = try JSONParser.parse(line, source: "\(path), event \(chain.count)")
    } catch {
      throw broken("this is no event (\(error.message))")
    }
    guard let object = value.objectValue,
      object.keys.sorted() == ["data", "index", "previous", "time", "type"],
      let index = object["index"]?.integerValue, let previous = object["previous"]?.stringValue,
      let time = object["time"]?.stringValue, let type = object["type"]?.stringValue,
      let data = object["data"]
    else { throw broken("an event has exactly data, index, previous, time and type") }
    guard index == chain.count else {
      throw broken("event \(index) stands where event \(chain.count) is expected")
    }
    guard previous == chain.head.hex else {
      throw broken(
        "its \"previous\" is \(previous), but what stands before it hashes to \(chain.head)")
    }
    return Event(index: index, time: time, type: type, data: data)
  }
}
