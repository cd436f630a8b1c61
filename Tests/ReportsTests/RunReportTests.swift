import Files
import Foundation
import FoundationXML
import Provenance
import RecordFixtures
import TestSupport
import Testing

@testable import Records
@testable import Reports

@Suite("The report of a record") struct RunReportTests {
  private static let attacks = [
    HostileText.all, "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
    "'; alert(1); //", "<!--", "]]>", "{{x}} ${y} `z`", "مرحبا \u{202E}txt.exe",
    "``````\n# heading\n| a | b |", String(repeating: "x<&", count: 33_000),
  ]

  @Test("says in HTML nothing but what it says, whatever strangers wrote")
  func hostilePage() throws {
    for text in Self.attacks {
      let fixture = try ReportFixture(text: text)
      let html = try RunReport(fixture.evidence(text: text)).html()
      #expect(HostileText.faults(in: html.utf8) == [])
      #expect(html.components(separatedBy: "<script").count == 3)
      #expect(html.components(separatedBy: "</script>").count == 3)
      for attack in ["<img", "<!--", "onerror=alert(1)>", "<script>alert"] {
        #expect(!html.contains(attack), "\(attack)")
      }
      #expect(html.utf8.count < 5_000_000)
      // What a browser is shown is well-formed, so that no text has become an element.
      let start = try #require(html.range(of: "<main>")?.lowerBound)
      let end = try #require(html.range(of: "</main>")?.upperBound)
      let parser = XMLParser(data: Data(html[start..<end].utf8))
      #expect(parser.parse(), "\(String(describing: parser.parserError))")
    }
  }

  @Test(
    "shows where tokens lie and loss is, of all seeds together, and nothing where nobody looked")
  func inspected() throws {
    func group(_ count: Int, _ isLow: Bool, _ loss: Double) -> ArmInspection.Group {
      let sums = ArmInspection.Sums(loss: loss, gradientNorm: 1)
      return ArmInspection.Group(
        isEntropyLow: isLow, isProbabilityLow: isLow, count: count, before: sums, after: sums)
    }
    let fixtures = try RunFixtures()
    let manifest = try Data(
      contentsOf: URL(filePath: Checkout.manifests).appending(path: "tiny.yaml"))
    let run = try fixtures.begin(
      RunDescription(
        name: "inspected", identity: SHA256.digest(of: "inspected"), manifest: [UInt8](manifest),
        session: RunSession(version: "0", code: .noRepository, environment: .current())))
    let arms = [1, 2].map { seed in
      var arm = RunSummary.Arm(name: "sft", seed: seed)
      arm.inspection = ArmInspection(
        distances: [],
        tokens: ArmInspection.Tokens(
          examples: 2, entropyThreshold: 0.5, probabilityThreshold: 0.1,
          groups: [group(seed, true, 3), group(9 - seed, false, 1)],
          density: ArmInspection.Density(
            entropyCells: 1, probabilityCells: 2, largestEntropy: 3, before: [seed, 7],
            after: [0, 8], weights: [1])))
      return arm
    }
    let record = try run.seal(RunSummary(arms: arms))
    let evidence = try ReportEvidence([record.path], artifacts: "nowhere", expectations: nil)
    let report = RunReport(evidence)
    // 3 of 18 tokens, 6 of 8 nats.
    #expect(report.markdown.contains("both low\\: confident conflicts | 16.7 % | 75.0 %"))
    let html = try report.html()
    #expect(html.contains("Where the loss is") && html.contains("probability, untouched"))
    #expect(html.contains("<title>14</title>") && html.contains("<title>16</title>"))
    #expect(!(try RunReport(ReportFixture().evidence()).html().contains("Where the loss is")))
  }

  @Test("says in Markdown nothing but what it says")
  func hostileMarkdown() throws {
    for text in Self.attacks {
      let fixture = try ReportFixture(text: text)
      let markdown = try RunReport(fixture.evidence(text: text)).markdown
      #expect(HostileText.faults(in: markdown.utf8) == [])
      let lines = markdown.split(separator: "\n")
      #expect(!lines.contains { $0.hasPrefix("# heading") || $0.hasPrefix("<script") })
    }
  }

  @Test("fetches nothing, runs no script but its own, and needs none to be read")
  func policy() throws {
    let html = try RunReport(ReportFixture().evidence()).html()
    #expect(html.contains("default-src 'none'"))
    for outside in ["unsafe-inline", "src=\"http", "href=\"http", "@import", "url("] {
      #expect(!html.contains(outside), "\(outside)")
    }
    for part in [
      "DIVERGED", "Documented against ours", "Document by document", "Against the untouched model",
      "What is not known", "Evaluation card", "Provenance", "How to reproduce it", "Question 1",
    ] { #expect(html.contains(part), "\(part)") }
  }

  @Test("says whether all arms were asked the same")
  func comparability() throws {
    let same = "; all arms were asked the same documents with the same prompts"
    #expect(try RunReport(ReportFixture().evidence()).html().contains(same))
    let uneven = try RunReport(ReportFixture(isUneven: true).evidence()).html()
    #expect(!uneven.contains(same) && uneven.contains("not all arms were asked the same"))
  }

  @Test("has the same bytes wherever the record lies")
  func place() throws {
    let fixture = try ReportFixture()
    let other = fixture.fixtures.folder.path(of: "elsewhere/\(fixture.record.id)")
    try FileManager.default.createDirectory(
      atPath: fixture.fixtures.folder.path(of: "elsewhere"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: fixture.record.path, toPath: other)
    let first = RunReport(try fixture.evidence(expecting: false))
    let second = RunReport(
      try ReportEvidence([other], artifacts: "nowhere", expectations: nil))
    #expect(try first.html() == second.html() && first.markdown == second.markdown)
    #expect(!(try first.html()).contains(fixture.fixtures.folder.path))
    #expect(try first.html().contains("UNJUDGED"))
  }

  @Test("of a record that was changed says that it was, and nothing else")
  func tampered() throws {
    let fixture = try ReportFixture()
    try put([1], fixture.record.path + "/manifest.yaml")
    let evidence = try fixture.evidence()
    let html = try RunReport(evidence).html()
    #expect(evidence.exitCode == 3 && html.contains("TAMPERED"))
    #expect(!html.contains("Document by document") && html.contains("\"records\":[]"))
  }

  @Test(
    "carries what a script recomputes, and an edited digit is noticed", .enabled(if: Node.exists))
  func recomputation() throws {
    let html = try RunReport(ReportFixture().evidence()).html()
    let node = try Node(page: html)
    let checks = try node.checks()
    #expect(checks.count > 6)
    #expect(!checks.contains { $0.hasPrefix("false") }, "\(checks)")
    for part in ["record.json", "results", "event log", "samples", "metrics"] {
      #expect(checks.contains { $0.hasPrefix("true") && $0.contains(part) }, "\(part): \(checks)")
    }
    // A score, a metric, a verdict, a digest of the log.
    for (old, new) in [
      (#"\"value\":1"#, #"\"value\":0"#), (#"\"decimal\":\"0.25\""#, #"\"decimal\":\"0.26\""#),
      (#""status":"DIVERGED""#, #""status":"CONSISTENT""#), (#"\"index\":1"#, #"\"index\":7"#),
    ] {
      let edited = html.replacing(old, with: new, maxReplacements: 1)
      #expect(edited != html, "\(old)")
      #expect(try Node(page: edited).checks().contains { $0.hasPrefix("false") }, "\(old)")
    }
  }
}

/// The scripts of a page, run by Node.js on its evidence.
private struct Node {
  static let exists =
    (try? runProgram("/usr/bin/env", ["node", "--version"]).status) == 0

  let folder: TemporaryFolder

  init(page: String) throws {
    folder = try TemporaryFolder()
    let program = """
      const page = require("fs").readFileSync(process.argv[2], "utf8");
      const part = (start) => page.split(start)[1].split("</script>")[0];
      const script = part("<script>").split("function outline(")[0];
      require("vm").runInThisContext(script + "globalThis.run = recomputed;");
      for (const check of run(JSON.parse(part('id="evidence">'))))
        console.log(check.ok, check.name, check.detail);
      """
    _ = try folder.write(Array(program.utf8), to: "run.js")
    _ = try folder.write(Array(page.utf8), to: "page.html")
  }

  func checks() throws -> [String] {
    let run = try runProgram(
      "/usr/bin/env", ["node", folder.path(of: "run.js"), folder.path(of: "page.html")])
    #expect(run.status == 0)
    return String(decoding: run.output, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
