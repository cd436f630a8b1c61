import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// Templates rendered by the interpreter, against jinja2 as transformers calls it (`make_jinja.py`).
@Suite struct JinjaTests {
  /// What the script writes.
  struct File {
    let json: JSON
    let moment: JinjaMoment?

    init(_ bytes: [UInt8]) throws {
      json = try JSONParser.parse(bytes, dialect: .python)
      let parts = json["moment"]?.arrayValue?.compactMap(\.integerValue) ?? []
      moment =
        parts.count == 6
        ? JinjaMoment(
          year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4],
          second: parts[5]) : nil
    }

    func cases(_ name: String) throws -> [JSON] { try #require(json[name]?.arrayValue) }

    var variables: JSON.Object { json["variables"]?.objectValue ?? JSON.Object() }
  }

  static func committed() throws -> File { try File(Fixtures.bytes("jinja.json")) }

  /// The committed templates, and more random ones (`make_jinja.py --random`) where a variable names their file.
  static let files: [URL] = {
    let further = ProcessInfo.processInfo.environment["REPLICATE_JINJA_FILE"]
    let paths = [further].compactMap(\.self).filter { !$0.isEmpty }
    return [Fixtures.folder?.appending(path: "jinja.json")].compactMap(\.self)
      + paths.map { URL(filePath: $0) }
  }()

  /// The variables that transformers always gives.
  static func complete(_ variables: JSON.Object) -> JSON.Object {
    var result = variables
    for name in ["tools", "documents"] where result[name] == nil { result[name] = .null }
    if result["messages"] == nil { result["messages"] = [] }
    if result["add_generation_prompt"] == nil { result["add_generation_prompt"] = false }
    return result
  }

  /// How renderings compare with the reference.
  struct Tally {
    var (agreeing, refused) = (0, 0)
    var differing: [String] = []

    mutating func compare(
      _ template: String, _ expected: String?, _ variables: JSON.Object, _ moment: JinjaMoment?
    ) {
      do {
        let text = try JinjaTemplate(template).render(
          JinjaTests.complete(variables), moment: moment)
        if let expected, text.bytes == expected.bytes {
          agreeing += 1
        } else {
          differing.append(
            "\(template)\n--- found:\n\(text)\n--- expected:\n\(expected ?? "an error")")
        }
      } catch let error as TokenizerError {
        if expected == nil {
          agreeing += 1
        } else if error.code == .unsupported {
          refused += 1
          if ProcessInfo.processInfo.environment["JINJA_SHOW"] != nil { print(error.message) }
        } else {
          differing.append("\(template)\n--- found: \(error)\n--- expected:\n\(expected ?? "")")
        }
      } catch {
        differing.append("\(template)\n--- found another error: \(error)")
      }
    }
  }

  @Test(
    "Each construct, and random ones put together, render as in jinja2 or are refused by name",
    arguments: files)
  func constructs(_ url: URL) throws {
    let file = try File([UInt8](Data(contentsOf: url)))
    var tally = Tally()
    for entry in try file.cases("small") {
      let template = try #require(entry["template"]?.stringValue)
      tally.compare(template, entry["text"]?.stringValue, file.variables, file.moment)
    }
    for difference in tally.differing.prefix(20) { Issue.record("\(difference)") }
    #expect(tally.agreeing > 1200)
    // Prints of generators and the like; they must stay few.
    #expect(tally.refused * 30 < tally.agreeing, "\(tally.refused)")
  }

  @Test("Whole chat templates render every conversation as transformers does")
  func chats() throws {
    let file = try Self.committed()
    var tally = Tally()
    for entry in try file.cases("chats") {
      let name = try #require(entry["template"]?.stringValue)
      let template = try #require(file.json["templates"]?[name]?.stringValue)
      let variables = try #require(entry["variables"]?.objectValue)
      tally.compare(template, entry["text"]?.stringValue, variables, file.moment)
    }
    #expect(tally.differing == [])
    #expect(tally.refused == 0)
    #expect(tally.agreeing > 350)
  }

  @Test("What the interpreter does not do is refused by name and line")
  func refusals() throws {
    let file = try Self.committed()
    for entry in try file.cases("refused") {
      let template = try #require(entry["template"]?.stringValue)
      let name = try #require(entry["names"]?.stringValue)
      do {
        let text = try JinjaTemplate(template).render(
          Self.complete(file.variables), moment: file.moment)
        Issue.record("\(template) gives \(text)")
      } catch let error as TokenizerError {
        #expect(error.code == .unsupported)
        #expect(error.message.contains(name), "\(error.message)")
      }
    }
  }

  @Test("A template that fails says where, and one that refuses says why")
  func failures() throws {
    let cases: [(String, TokenizerError)] = [
      (
        "a\n{{ x.y }}",
        TokenizerError(
          .invalidChat, "The chat template cannot be rendered: line 2: “x” is undefined.")
      ),
      (
        "{{ raise_exception('Only user and assistant!') }}",
        TokenizerError(
          .invalidChat, "The chat template refuses the conversation: Only user and assistant!")
      ),
      (
        "{% if x %}\n{% endfor %}",
        TokenizerError(
          .malformed,
          "The chat template is no valid Jinja: line 2: there is no statement “endfor” here.")
      ),
      (
        "{{ strftime_now('%Y') }}",
        TokenizerError(
          .unsupported,
          "The chat template writes today's date on line 1, which would make results depend on the day; give it a date."
        )
      ),
    ]
    for (template, error) in cases {
      #expect(throws: error) { try JinjaTemplate(template).render(JSON.Object()) }
    }
  }

  @Test(
    "Public templates in a folder render as transformers does (REPLICATE_JINJA_DIR)",
    .enabled(if: Fixtures.templates != nil))
  func publicTemplates() throws {
    let folder = try #require(Fixtures.templates)
    let file = try File([UInt8](Data(contentsOf: folder.appending(path: "expected.json"))))
    var tallies: [String: Tally] = [:]
    for entry in try file.cases("chats") {
      let name = try #require(entry["template"]?.stringValue)
      let template = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let variables = try #require(entry["variables"]?.objectValue)
      tallies[name, default: Tally()].compare(
        template, entry["text"]?.stringValue, variables, file.moment)
    }
    let differing = tallies.filter { !$0.value.differing.isEmpty }
    let refused = tallies.filter { $0.value.refused > 0 }.keys.sorted()
    print(
      "\(tallies.count) templates: \(tallies.count - differing.count - refused.count) agree,",
      "\(differing.count) differ, \(refused.count) are refused: \(refused.joined(separator: ", "))")
    for (name, tally) in differing.sorted(by: { $0.key < $1.key }) {
      Issue.record("\(name): \(tally.differing.count) differ, such as \(tally.differing[0])")
    }
    #expect(tallies.count >= 40)
  }
}
