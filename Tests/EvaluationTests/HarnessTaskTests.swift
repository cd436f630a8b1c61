import Foundation
import TestSupport
import Testing
import Tokenizers

@testable import Evaluation
@testable import Scoring

/// Tasks against the harness's own task classes, on rows of our own.
struct HarnessTaskTests {
  @Test("Prompts and what is scored after them are byte-identical", arguments: HarnessTask.all)
  func requests(_ recorded: HarnessTask) throws {
    let (task, input, lines) = (recorded.task, try recorded.input(), try recorded.samples())
    let builder = PromptBuilder(task: task, settings: recorded.settings)
    var sampler = try FewShotSampler(
      task: task, pool: input.fewShotPool, count: recorded.fewShotCount, seed: 1234)
    try #require(lines.count == input.documents.count && lines.count >= 5)
    for (index, document) in input.documents.enumerated() {
      let prompts = try builder.prompts(for: document, examples: sampler.next(for: document))
      let continuations: [String] =
        switch document.answer {
        case .choice(let choices, _): choices
        case .blank(let choices, _, let rest): choices.map { _ in rest }
        case .text, .passage, .instructions: []
        }
      let requests = lines[index].requests
      #expect(lines[index].docId == index)
      try #require(requests.count == continuations.count)
      for (number, request) in requests.enumerated() {
        let prompt = prompts.count == 1 ? prompts[0] : prompts[number]
        #expect(request.arg0.utf8.elementsEqual(prompt.utf8))
        let text = builder.choiceDelimiter + continuations[number]
        #expect(request.arg1.utf8.elementsEqual(text.utf8))
      }
    }
  }

  @Test("The guide for newcomers shows a task as it is")
  func guide() throws {
    func text(_ path: String) throws -> String {
      try String(contentsOf: Checkout.folder.appending(path: path), encoding: .utf8)
    }
    let task = try text("Sources/Scoring/Tasks/PubMedQA.swift")
    #expect(try text("docs/adding-a-benchmark.md").contains("```swift\n\(task)```"))
  }

  @Test("The recorded likelihoods give every recorded score", arguments: HarnessTask.all)
  func scores(_ recorded: HarnessTask) throws {
    let (task, input, lines) = (recorded.task, try recorded.input(), try recorded.samples())
    let samples = try zip(input.documents, lines).map { document, line in
      let values = try line.resps.map { response in
        (try #require(Double(response[0][0])), response[0][1] == "True")
      }
      func scored(_ choices: [String]) -> [SampleResult.ScoredChoice] {
        zip(choices, values).map {
          SampleResult.ScoredChoice(text: $0, logLikelihood: $1.0, isGreedy: $1.1)
        }
      }
      let response: SampleResult.Response =
        switch document.answer {
        case .choice(let choices, _): .choices(scored(choices), delimiter: " ")
        case .blank(let choices, _, let rest):
          .blank(
            scored(choices), prompts: line.requests.map(\.arg0), rest: rest, delimiter: " ")
        case .text, .passage, .instructions:
          .generation(.init("", stopStrings: [], maximumNewTokens: 1))
        }
      let sample = try SampleResult(
        task: task, documentIndex: line.docId, prompt: line.requests[0].arg0,
        target: document.target, response: response, truncatedTokens: 0)
      #expect(sample.scores.map(\.value) == [line.acc] + (line.accNorm.map { [$0] } ?? []))
      return sample
    }
    for metric in try TaskResult(task: task, samples: samples).metrics {
      let error = try #require(metric.standardError)
      #expect(abs(metric.value - (try recorded.result(metric.key))) < 1e-12)
      let key = "\(metric.metric.rawValue)_stderr,none"
      #expect(abs(error - (try recorded.result(key))) < 1e-12)
    }
  }
}
