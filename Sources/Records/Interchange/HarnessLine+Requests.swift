import Files
import Foundation
import Provenance
import Scoring

/// Prompts as the harness writes them.
enum HarnessPrompt {
  /// The prompt's text: a string, the only string of a list, as clients of chat services have it, or the messages of a
  /// conversation as JSON; nil for anything else.
  static func text(_ value: JSON) -> String? {
    if let text = value.stringValue { return text }
    guard let parts = value.arrayValue, !parts.isEmpty else { return nil }
    if parts.count == 1, let text = parts[0].stringValue { return text }
    return parts.allSatisfy { $0.objectValue != nil } ? PythonJSON.line(value) : nil
  }
}

extension HarnessLineReader {
  /// A request as the harness writes it: the prompt, and what follows it or how it is continued.
  struct Request {
    let prompt: String
    let second: JSON
  }

  /// The requests of a line.
  func requests(_ field: JSON?, _ number: Int) throws -> [Request] {
    let requests = try (field?.arrayValue ?? []).map { request in
      guard let parts = request.arrayValue, parts.count >= 2,
        let prompt = HarnessPrompt.text(parts[0])
      else {
        throw damaged(number, "\"arguments\" must hold the prompt of each request and what follows")
      }
      return Request(prompt: prompt, second: parts[1])
    }
    guard !requests.isEmpty else {
      throw damaged(number, "\"arguments\" must hold one or more requests")
    }
    return requests
  }

  /// Checks that all requests have one prompt.
  func requireOnePrompt(_ requests: [Request], _ number: Int) throws {
    guard requests.allSatisfy({ $0.prompt.utf8.elementsEqual(requests[0].prompt.utf8) }) else {
      throw damaged(number, "\"arguments\" must hold one or more requests with one prompt")
    }
  }

  /// Checks that each prompt holds its choice; templates of conversations may trim it and go on after it.
  func requireBlanks(_ choices: [String], _ requests: [Request], _ number: Int) throws {
    for (index, choice) in choices.enumerated() {
      let text = choice.trimmingCharacters(in: .whitespacesAndNewlines)
      guard text.isEmpty || requests[index].prompt.range(of: text, options: .literal) != nil else {
        throw damaged(
          number,
          "the prompt of request \(index) does not hold \(English.shown(.string(choice)))")
      }
    }
  }

  /// The choices with what came back for each, whose request goes on with one of `continuations` after a delimiter;
  /// `noun` is what a message calls those.
  func choices(
    _ choices: [String], followedBy continuations: [String], _ noun: String,
    _ requests: [Request], _ responses: [JSON], _ additions: JSON?, _ number: Int
  ) throws -> (delimiter: String, scored: [SampleResult.ScoredChoice]) {
    guard choices.count == requests.count else {
      throw damaged(
        number, "\(requests.count) choices were scored, but the row has \(choices.count)")
    }
    var delimiter: String?
    var scored: [SampleResult.ScoredChoice] = []
    for (index, choice) in choices.enumerated() {
      let continuation = Array(requests[index].second.stringValue?.utf8 ?? "".utf8)
      let expected = continuations[index]
      let own = continuation.count - expected.utf8.count
      guard own >= 0, continuation[own...].elementsEqual(expected.utf8) else {
        throw damaged(
          number,
          "request \(index) continues with \(English.shown(requests[index].second)), not with \(noun) \(English.shown(.string(expected)))"
        )
      }
      let found = String(decoding: continuation[..<own], as: UTF8.self)
      guard found == delimiter ?? found else {
        throw damaged(number, "choices follow the prompt with different texts between")
      }
      delimiter = found
      let parts = responses[index].arrayValue ?? []
      guard parts.count == 2, let value = parts[0].stringValue.flatMap(Double.init),
        let isGreedy = ["True": true, "False": false][parts[1].stringValue ?? ""]
      else {
        throw damaged(
          number,
          "the response to request \(index) must be a log-likelihood and whether it is greedy")
      }
      guard value.isFinite else {
        throw damaged(number, "the log-likelihood of choice \(index) is \(value), not a number")
      }
      scored.append(
        SampleResult.ScoredChoice(text: choice, logLikelihood: value, isGreedy: isGreedy))
    }
    if let exact = additions?["log_likelihoods"]?.arrayValue,
      exact.map(\.exactValue) != scored.map(\.logLikelihood)
    {
      throw damaged(number, "\"resps\" and the exact log-likelihoods beside them disagree")
    }
    return (delimiter ?? "", scored)
  }

  /// A generated text, with what ends it.
  func generation(
    _ requests: [Request], _ responses: [JSON], _ additions: JSON?, _ number: Int
  ) throws -> SampleResult.Response {
    guard requests.count == 1, let text = responses[0].stringValue else {
      throw damaged(number, "a generated text must be the response to one request")
    }
    let settings = requests[0].second
    let until = additions?["until"] ?? settings["until"]
    var stops = until?.arrayValue?.compactMap(\.stringValue) ?? []
    if let stop = until?.stringValue { stops = [stop] }
    if additions?["until"] == nil, let endOfSequence,
      !stops.contains(where: { $0.utf8.elementsEqual(endOfSequence.utf8) })
    {
      stops.append(endOfSequence)
    }
    let maximum = (additions ?? settings)["max_gen_toks"]?.integerValue
    return .generation(
      SampleResult.Generation(
        text, stopStrings: stops,
        maximumNewTokens: maximum ?? EvaluationTask.defaultMaximumNewTokens))
  }

  /// Responses as one text: the generated text, or the likelihoods as they stand in the file.
  func text(_ responses: [JSON], _ number: Int) throws -> String {
    guard task.isGenerative else { return PythonJSON.line(.array(responses)) }
    guard let text = responses.first?.stringValue else {
      throw damaged(number, "\"filtered_resps\" must hold a text")
    }
    return text
  }
}
