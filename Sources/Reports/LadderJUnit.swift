import Files
import Records
package import Replication

/// The verification of determinism as JUnit XML, as continuous integration reads test results.
package enum LadderJUnit {
  /// One test suite with a test case for each rung.
  package static func text(_ outcome: LadderOutcome) -> String {
    let failures = outcome.rungs.count { $0.status == .different }
    let skipped = outcome.rungs.count { $0.reason != nil }
    let counts =
      "tests=\"\(outcome.rungs.count)\" failures=\"\(failures)\" errors=\"0\" skipped=\"\(skipped)\" time=\"\(Decimals.fixed(outcome.seconds, 3))\""
    let name = escaped("determinism \(outcome.name)")
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuites \(counts)>", "  <testsuite name=\"\(name)\" \(counts)>", "    <properties>",
      property("numerics", outcome.numerics), property("instruction_set", outcome.instructionSet),
    ]
    if let steps = outcome.steps { lines.append(property("shortened_to_steps", "\(steps)")) }
    lines.append("    </properties>")
    lines += outcome.rungs.flatMap { testCase($0, suite: outcome.name) }
    lines += ["  </testsuite>", "</testsuites>", ""]
    return lines.joined(separator: "\n")
  }

  private static func property(_ name: String, _ value: String) -> String {
    "      <property name=\"\(name)\" value=\"\(escaped(value))\"/>"
  }

  private static func testCase(_ result: RungResult, suite: String) -> [String] {
    let name = escaped("\(result.rung.name) \(result.rung.title)")
    let opening =
      "    <testcase classname=\"\(escaped("determinism.\(suite)"))\" name=\"\(name)\" time=\"\(Decimals.fixed(result.seconds, 3))\""
    switch result.status {
    case .identical: return ["\(opening)/>"]
    case .skipped(let reason):
      return ["\(opening)>", "      <skipped message=\"\(escaped(reason))\"/>", "    </testcase>"]
    case .different:
      let sentences = result.variants.flatMap { variant in
        variant.divergences.map { "\(variant.title): \($0.sentence)" }
      }
      let text = (sentences + result.notes).joined(separator: "\n")
      return [
        "\(opening)>",
        "      <failure type=\"DIFFERENT\" message=\"\(escaped(sentences.first ?? ""))\">\(escaped(text))</failure>",
        "    </testcase>",
      ]
    }
  }

  /// The text as an attribute's value or an element's content; what XML 1.0 cannot hold becomes U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      // Two of these begin a workflow command where the file is printed.
      case "\n", "\t", "\r", "#": result += "&#\(scalar.value);"
      default:
        let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
        result += isAllowed ? Printable.text(String(scalar)) : "\u{FFFD}"
      }
    }
    return result
  }
}
