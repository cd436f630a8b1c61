import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// Hostile templates: always a text or a `TokenizerError`, never a crash, and an end.
@Suite struct JinjaFuzzTests {
  private static let pieces = [
    "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "|", "(", ")", "[", "]", "{", "}", "'", "\"",
    "\\", ".",
    ",", ":", "*", "**", "//", "~", "==", "in", "not", "is", "if", "else", "for", "endfor", "set",
    "macro",
    "endmacro", "loop", "messages", "1", "0", "9999999999999", "1e308", "none", "ns",
    "range(99999)",
    "|list", "|join", "|tojson", "[::-1]", "\u{301}", "\n", "{% set ns.a = [ns.a, ns.a] %}",
    "{% set ns.t = ns.t ~ ns.t %}", "{% for i in range(999) %}", "{% raw %}", "{% endset %}",
  ].map(\.bytes)

  private func mutate(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = mutated(bytes, &generator, characters: "{}%#|()[]'\"-+.~\n")
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      let piece = Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &generator)]
      bytes.insert(
        contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &generator))
    }
    return bytes
  }

  @Test("A damaged template renders damaged conversations, or says what is wrong")
  func damagedTemplates() throws {
    let file = try JinjaTests.committed()
    let whole = try #require(file.json["templates"]?.objectValue).members.compactMap(
      \.value.stringValue)
    let small = try file.cases("small").prefix(146).compactMap { $0["template"]?.stringValue }
    let chats = try file.cases("chats").compactMap { $0["variables"]?.objectValue }
    var (rendered, refused) = (0, 0)
    fuzz(1500) { round, generator in
      let source = round % 2 == 0 ? whole : small
      let text = source[Int.random(in: 0..<source.count, using: &generator)]
      var variables = chats[Int.random(in: 0..<chats.count, using: &generator)]
      for member in file.variables.members where variables[member.key] == nil {
        variables[member.key] = member.value
      }
      damage(&variables, &generator)
      do {
        var template = try JinjaTemplate(
          String(decoding: mutate(text.bytes, &generator), as: UTF8.self))
        template.limits = JinjaTemplate.Limits(steps: 200_000, outputSize: 1 << 20, depth: 160)
        _ = try template.render(JinjaTests.complete(variables), moment: file.moment)
        rendered += 1
      } catch {
        #expect(error is TokenizerError)
        refused += 1
      }
    }
    #expect(rendered > 100 && refused > 100)
  }

  private func damage(_ variables: inout JSON.Object, _ generator: inout SeededGenerator) {
    let values: [JSON] = [
      .null, true, -1, 1.5, .number(.nan), .integer(.max), "", "\u{301}", [], [[]], [:],
      ["role": "user"], ["content": [nil]], [["role": 1, "content": 2]],
    ]
    for _ in 0..<Int.random(in: 0...2, using: &generator) {
      guard let key = variables.keys.randomElement(using: &generator) else { return }
      variables[key] = values.randomElement(using: &generator)
    }
  }

  /// Templates that grow without end, each in another way.
  static let bombs = [
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(t='aaaaaaaa') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
    "{% set ns = namespace(a=[]) %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}",
    "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
    "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}",
    "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a|tojson|length }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f(x) %}{% for i in [1] %}{% if x %}{{ f([x]) }}{% endif %}{% endfor %}{% endmacro %}{{ f(1) }}",
    "{% set ns = namespace(m=[1]) %}{% for i in range(9999) %}{% set ns.m = ns.m|map('string') %}{% endfor %}{{ ns.m|list }}",
    "{{ 'a' * 999999999999 }}", "{{ [1] * 999999999 }}", "{{ 'a'|indent(999999999) * 2 }}",
    "{{ [1]|tojson(indent=999999999) }}",
    "{{ 'aaaa'.replace('', 'b' * 1000000).replace('b', 'c' * 1000000) }}",
    "{{ ('a,' * 1000000).split(',')|join('b' * 1000000) }}",
    "{% for i in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 1000 }}{% endfor %}",
    "{% set t = 'a' * 1000000 %}{{ ('a' * 500000 ~ 'b') in t }}",
    "{% set t = 'a' * 1000000 %}{{ t.split('a' * 500000 ~ 'b') }}",
  ]

  @Test("A template that grows without end is ended", arguments: bombs)
  func bomb(_ source: String) throws {
    #expect(throws: TokenizerError.self) { try Self.render(source, steps: 1 << 21) }
  }

  private static func render(_ source: String, steps: Int) throws -> String {
    var template = try JinjaTemplate(source)
    template.limits.steps = steps
    return try template.render(JSON.Object())
  }

  /// Long chains of values that refer to each other, which Python renders.
  static let chains = [
    "{% set ns = namespace(p=none) %}{% for i in range(50000) %}{% set ns.p = namespace(p=ns.p) %}{% endfor %}{{ ns.p is defined }}",
    "{% set ns = namespace(l=none) %}{% for i in range(20000) %}{% for x in [ns.l] %}{% set ns.l = loop %}{% endfor %}{% endfor %}{{ ns.l is defined }}",
    "{% set ns = namespace(m=none) %}{% macro f(g) %}{% macro h() %}{{ g }}{% endmacro %}{% set ns.m = h %}{% endmacro %}{% for i in range(20000) %}{{ f(ns.m) }}{% endfor %}{{ ns.m is defined }}",
    "{% set ns = namespace(m=[1]) %}{% for i in range(9999) %}{% set ns.m = ns.m|map('string') %}{% endfor %}{{ ns.m is defined }}",
    "{% set ns = namespace() %}{% for i in range(99999) %}{% macro m() %}{{ i }}{% endmacro %}{% set ns.m = m %}{% endfor %}{{ ns.m is defined }}",
    "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a] %}{% endfor %}{% macro f(n) %}{% if n %}{% for i in [1] %}{{ f(n - 1) }}{% endfor %}{% else %}{{ ns.a|tojson(indent=1)|length ~ ns.a|string|length ~ (ns.a == ns.a) ~ [[ns.a], [ns.a]]|sort|length }}{% endif %}{% endmacro %}{{ f(20) }}",
    "{{ 1" + String(repeating: " + 1", count: 20_000) + " == 20001 }}",
    "{{ x" + String(repeating: "|d(1)", count: 20_000) + " == 1 }}",
  ]

  @Test(
    "Neither long chains of values nor deep nesting overflow a small stack",
    arguments: chains + bombs + [
      "{{ " + String(repeating: "(", count: 9999) + "1" + String(repeating: ")", count: 9999)
        + " }}",
      String(repeating: "{% if 1 %}", count: 9999), "{{ " + String(repeating: "not ", count: 9999),
      "{{ " + String(repeating: "-", count: 9999) + "1 }}",
      "{{ " + String(repeating: "[", count: 9999),
      "{{ " + String(repeating: "1 if 1 else ", count: 9999) + "1 }}",
      (0..<9999).map { "{% set a\($0) = 1 %}{% if a %}{% with b = 1 %}{% endwith %}{% endif %}" }
        .joined(), "{{ f(" + (0..<9999).map { "a\($0)=1" }.joined(separator: ",") + ") }}",
      "{% macro m(" + (0..<9999).map { "a\($0)" }.joined(separator: ",")
        + ") %}{% endmacro %}",
      String(repeating: "{% for x in [1] %}", count: 40) + "{{ [[[[[[1]]]]]] }}"
        + String(repeating: "{% endfor %}", count: 40),
    ])
  func smallStack(_ source: String) throws {
    let found = Outcome()
    let thread = Thread {
      found.set(Result { try Self.render(source, steps: 1 << 23) })
    }
    thread.stackSize = 512 << 10
    thread.start()
    switch found.wait() {
    case .success(let text): #expect(!text.isEmpty)
    case .failure(let error):
      #expect(error is TokenizerError)
      #expect(!Self.chains.contains(source), "\(error)")
    }
  }

  /// The result of another thread.
  private final class Outcome: @unchecked Sendable {  // guarded by the condition
    private let condition = NSCondition()
    private var result: Result<String, any Error>?

    func set(_ result: Result<String, any Error>) {
      condition.lock()
      self.result = result
      condition.signal()
      condition.unlock()
    }

    func wait() -> Result<String, any Error> {
      condition.lock()
      defer { condition.unlock() }
      while true {
        if let result { return result }
        condition.wait()
      }
    }
  }
}
