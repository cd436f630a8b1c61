import Files
import Foundation
import FoundationXML
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Reports

@Suite("The paper about a record") struct PaperTests {
  private static let catalog = ExperimentCatalog(
    workingDirectory: Checkout.folder.path, executablePath: "/nowhere/replicate")

  /// A claim that is decided over three seeds, in the direction that the record has.
  private static let claim = """
    schema: 1
    name: claims
    title: What is claimed
    sources: {post: {title: A post, location: here}}
    arms: {base: Base, sft: SFT, eaft: EAFT}
    unit: fraction
    cells:
      - {task: arc_challenge, metric: acc, label: ARC, n: 40, source: post, values: {sft: "0.300"}}
    claims:
      - {id: better, statement: EAFT is better., source: post, better: {arm: eaft, than: sft, by: 0.1, rows: [{task: arc_challenge, metric: acc}]}}
    """

  /// The files of the paper about a record of three seeds, by their names.
  private func files(sft: [Int], eaft: [Int]) throws -> [String: String] {
    let fixture = try ReportFixture(
      documents: 40, seeds: [1, 2, 3], right: ["base": [15], "sft": sft, "eaft": eaft])
    let path = try fixture.fixtures.folder.write(Array(Self.claim.utf8), to: "claims.yaml")
    return try Self.files(
      ReportEvidence(
        [fixture.record.path], artifacts: "nowhere", expectations: ExperimentFile.read(path)))
  }

  private static func files(_ evidence: ReportEvidence) throws -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: WrittenPaper.contents(try article(evidence)).map {
        ($0.name, $0.content)
      }
    )
  }

  private static func article(_ evidence: ReportEvidence) throws -> Article {
    let file = try catalog.experiment("eaft-axolotl-blog")
    return try Article(
      evidence,
      published: .init(file: file, table: DecodedTable(file.results), recipe: file.recipe()))
  }

  /// The definitions of facts.tex, by their names.
  private func facts(_ files: [String: String]) throws -> [String: Substring] {
    let lines = try #require(files["facts.tex"]).split(separator: "\n")
      .filter { !$0.hasPrefix("%") }
    return Dictionary(
      lines.map { line in
        let rest = line.dropFirst("\\factdef{".count)
        return (String(rest.prefix { $0 != "}" }), rest.drop { $0 != "{" })
      },
      uniquingKeysWith: { first, _ in
        Issue.record("\(first) is defined twice")
        return first
      })
  }

  // MARK: - Numbers

  @Test("has no number in its sentences, only names of what it read")
  func sentences() throws {
    for evidence in [
      try ReportFixture().evidence(), try ReportFixture().evidence(expecting: false),
    ] {
      let document = try Self.article(evidence).document
      for text in document.texts {
        for case .words(let words) in text.runs {
          // The name of a function is no number.
          #expect(words.replacing("SHA-256", with: "").filter(\.isNumber) == "", "\(words)")
        }
      }
      for section in document.sections { #expect(section.title.filter(\.isNumber) == "") }
    }
  }

  @Test("prints the numbers of the record, each beside the digest of what it is from")
  func numbers() throws {
    let fixture = try ReportFixture(
      documents: 40, seeds: [1, 2, 3],
      right: ["base": [15], "sft": [10, 11, 12], "eaft": [20, 22, 21]])
    let path = try fixture.fixtures.folder.write(Array(Self.claim.utf8), to: "claims.yaml")
    let evidence = try ReportEvidence(
      [fixture.record.path], artifacts: "nowhere", expectations: ExperimentFile.read(path))
    let files = try Self.files(evidence)
    let facts = try facts(files)
    let finding = try #require(evidence.check?.judgement.verdicts.first?.decisive)
    let (observed, interval) = (
      try #require(finding.observed), try #require(finding.test?.interval)
    )
    // Ten documents of forty, on average.
    #expect(observed == 0.25)
    let digest = ", SHA-256 \(fixture.record.digest.hex)"
    for (name, value, place) in [
      ("claim.better.estimate", "+0.2500", "judgement/verdicts/0/findings/0/observed"),
      (
        "claim.better.lower", Decimals.signed(interval.lower, 4),
        "judgement/verdicts/0/findings/0/test/interval/lower"
      ),
      ("claim.better.status", "CONSISTENT", "judgement/verdicts/0/status"),
      ("count.seeds", "3", "record.json/results/arms/*/seed"),
    ] {
      let record = "record \(fixture.record.id)"
      #expect(facts[name] == "{\(value)}% \(place) of the \(record)\(digest)", "\(name)")
    }
    let file = try Self.catalog.experiment("eaft-axolotl-blog").sha256.hex
    #expect(facts["published.count.values"]?.hasSuffix(file) == true)
    #expect(facts["published.count.values"]?.hasPrefix("{20}") == true)
    #expect(files["tables.tex"]?.contains(fixture.record.digest.hex) == true)
    #expect(files["figures/claims-plot-1.svg"]?.contains(fixture.record.digest.hex) == true)
  }

  @Test("changes its numbers with those of the record, and no sentence")
  func changedNumber() throws {
    let first = try files(sft: [10, 11, 12], eaft: [20, 22, 21])
    let second = try files(sft: [10, 11, 12], eaft: [20, 23, 21])
    #expect(first["paper.tex"] == second["paper.tex"])
    #expect(first["Makefile"] == second["Makefile"])
    #expect(first.keys.sorted() == second.keys.sorted())
    let (old, new) = (try facts(first), try facts(second))
    #expect(old.keys.sorted() == new.keys.sorted())
    func value(_ definition: Substring?) -> Substring? { definition?.prefix { $0 != "%" } }
    let changed = Set(old.keys.filter { value(old[$0]) != value(new[$0]) })
    // Beside them the digests of the results, and when the record was made.
    let others: Set = ["record.created", "record.sealed", "results.digest", "record.day"]
    #expect(
      changed.subtracting(others) == [
        "claim.better.estimate", "claim.better.lower", "claim.better.upper",
        "claim.better.p",
      ])
  }

  // MARK: - Verdicts

  @Test("says in its abstract that a record diverges, and of no other that it does")
  func diverged() throws {
    func abstract(_ files: [String: String]) throws -> String {
      let text = try #require(files["paper.tex"])
      let start = try #require(text.firstRange(of: "\\begin{abstract}")).upperBound
      let end = try #require(text.firstRange(of: "\\end{abstract}")).lowerBound
      return String(text[start..<end])
    }
    let worse = try files(sft: [20, 22, 21], eaft: [10, 11, 12])
    #expect(
      try abstract(worse).contains("The results diverge from what was documented or claimed."))
    #expect(try abstract(worse).contains("does not hold here: "))
    #expect(try facts(worse)["verdict"]?.hasPrefix("{DIVERGED}") == true)
    #expect(worse["paper.md"]?.contains("The results diverge") == true)
    let better = try files(sft: [10, 11, 12], eaft: [20, 22, 21])
    let open = try files(sft: [10, 11, 12], eaft: [12, 20, 13])
    for (files, verdict) in [(better, "CONSISTENT"), (open, "INCONCLUSIVE")] {
      #expect(try facts(files)["verdict"]?.hasPrefix("{\(verdict)}") == true)
      let says = try abstract(files).contains("diverge")
      #expect(!says)
    }
    #expect(try abstract(open).contains("is left open: "))
    #expect(try abstract(better).contains("holds here: "))
  }

  @Test("of a record without expectations gives no verdict, and of a changed one nothing but that")
  func withoutVerdict() throws {
    let fixture = try ReportFixture()
    let unjudged = try #require(Self.files(fixture.evidence(expecting: false))["paper.tex"])
    #expect(unjudged.contains("so that they come without a verdict"))
    try put([1], fixture.record.path + "/manifest.yaml")
    let evidence = try fixture.evidence()
    let text = try #require(Self.files(evidence)["paper.tex"])
    #expect(text.contains("it is not as it was sealed") && !text.contains("\\section{Results}"))
    #expect(evidence.exitCode == 3)
  }

  @Test("refers to nothing that it does not have")
  func references() throws {
    let evidence = try ReportFixture().evidence()
    let document = try Self.article(evidence).document
    for run in document.texts.flatMap(\.runs) {
      guard case .see(let label) = run else { continue }
      #expect(document.labels.contains(label), "\(label)")
    }
    #expect(Set(document.labels).count == document.labels.count)
    let files = try Self.files(evidence)
    let (text, facts) = (try #require(files["paper.tex"]), try facts(files))
    for name in (text.matches(of: /\\fact\{([^}#]*)\}/).map { $0.output.1 }) {
      #expect(facts[String(name)] != nil, "\(name)")
    }
    for works in (text.matches(of: /\\cite\{([^}]*)\}/).map { $0.output.1 }) {
      for work in works.split(separator: ",") { #expect(text.contains("\\bibitem{\(work)}")) }
    }
    for label in document.labels where !label.isFigure {
      #expect(files["tables.tex"]?.contains("\\tabledef{\(label.rawValue)}") == true)
    }
  }

  // MARK: - Texts of strangers

  private static let attacks = [
    HostileText.all, "\\input{/etc/passwd}", "\\end{document}", "}{\\fi\\else}", "% comment",
    "$x$ & y # z ^^41 ~ _", "[option] *", "``''--,,::error::", "\\", "{", "}",
    "مرحبا \u{202E}txt.exe", "``````\n# heading\n| a | b |",
    String(repeating: "x\\{%", count: 25_000), "a" + String(repeating: "\u{301}", count: 50_000),
  ]

  @Test("prints what strangers wrote, in LaTeX and in Markdown, and obeys none of it")
  func hostile() throws {
    for attack in Self.attacks {
      let fixture = try ReportFixture(text: attack)
      let files = try Self.files(fixture.evidence(text: attack))
      for (name, content) in files where name.hasSuffix(".tex") || name.hasSuffix(".md") {
        #expect(HostileText.faults(in: content.utf8) == [], "\(name)")
        #expect(content.utf8.count < 1_000_000)
      }
      for name in ["facts.tex", "tables.tex"] {
        let content = try #require(files[name])
        #expect(TeXTokens.problems(in: content, isText: false) == [], "\(name)")
      }
      let markdown = try #require(files["paper.md"])
      #expect(!markdown.split(separator: "\n").contains { $0.hasPrefix("# heading") })
    }
  }

  @Test("escapes any text so that TeX finds nothing in it to obey")
  func escapes() {
    let special = Array(
      "\\{}$&#^_%~<>|\"`'-,?!:[]*()=@/\n\t\r\u{7F} aZ9é–…ß÷ÿ日م\u{202E}\u{301}".unicodeScalars)
    fuzz(2000) { round, generator in
      var text = ""
      for _ in 0..<Int.random(in: 0...40, using: &generator) {
        let any = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &generator)) ?? "\\"
        let isSpecial = Int.random(in: 0..<4, using: &generator) > 0
        text.unicodeScalars.append(
          isSpecial ? special.randomElement(using: &generator) ?? any : any)
      }
      let written = LaTeXText.typed(text)
      #expect(TeXTokens.problems(in: written, isText: true) == [], "\(round): \(text)")
    }
    #expect(LaTeXText.escaped("50 % of a_b") == "50 \\% of a\\_b")
    #expect(LaTeXText.escaped("\u{645}") == "\\textbackslash{}u\\{645\\}")
    #expect(LaTeXText.escaped("--") == "-{}-")
  }

  // MARK: - Files

  @Test("has the same bytes again, and is written over by nothing but itself")
  func folder() throws {
    let fixture = try ReportFixture()
    let folder = fixture.fixtures.folder.path(of: "paper")
    func write() throws -> WrittenPaper {
      try WrittenPaper(
        fixture.evidence(), table: nil, catalog: Self.catalog, folder: folder)
    }
    let files = try write().files
    let before = try files.map { try Data(contentsOf: URL(filePath: "\(folder)/\($0)")) }
    let again = try write().files
    let after = try files.map { try Data(contentsOf: URL(filePath: "\(folder)/\($0)")) }
    #expect(again == files && after == before)
    for name in files where name.hasSuffix(".svg") {
      #expect(XMLParser(contentsOf: URL(filePath: "\(folder)/\(name)"))?.parse() == true, "\(name)")
    }
    try put(Array("\\documentclass{article}".utf8), "\(folder)/paper.tex")
    #expect(throws: RunError.self) { _ = try write() }
    #expect(try String(contentsOfFile: "\(folder)/paper.tex", encoding: .utf8).count == 23)
  }

  @Test(
    "becomes a PDF by Debian's TeX, with whatever strangers wrote in it",
    .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_TEX"] != nil))
  func typesetting() throws {
    let letters = String(String.UnicodeScalarView((0xA0...0x17F).compactMap(Unicode.Scalar.init)))
    for attack in Self.attacks + [letters, "plain"] {
      let fixture = try ReportFixture(text: attack)
      let folder = fixture.fixtures.folder.path(of: "paper")
      _ = try WrittenPaper(
        fixture.evidence(text: attack), table: nil, catalog: Self.catalog, folder: folder)
      let run = try runProgram("/usr/bin/make", ["-C", folder])
      #expect(
        run.status == 0,
        "\(attack.prefix(40)): \(String(decoding: run.output.suffix(2000), as: UTF8.self))")
      #expect(FileManager.default.fileExists(atPath: "\(folder)/paper.pdf"))
      let log = try Data(contentsOf: URL(filePath: "\(folder)/paper.log"))
      #expect(!String(decoding: log, as: UTF8.self).contains("undefined references"))
    }
  }
}

/// Reads what TeX would, without the code that it judges.
private enum TeXTokens {
  /// The commands that a text of a stranger may come to.
  private static let words: Set = [
    "textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar",
    "textquotedbl", "textasciigrave", "textendash", "textemdash", "textquoteleft",
    "textquoteright", "textquotedblleft", "textquotedblright", "dots", "dag", "S", "ensuremath",
    "pm", "times", "cdot", "le", "ge", "approx", "to", "circ", "mu", "surd", "Sigma", "partial",
    "alpha", "beta", "lambda", "allowbreak", "texttt",
  ]
  /// Those that tables are made of.
  private static let tableWords: Set = [
    "factdef", "tabledef", "begin", "end", "toprule", "midrule", "bottomrule", "endfirsthead",
    "endhead", "endlastfoot", "tablecaption", "raggedright", "arraybackslash", "linewidth",
    "resizebox", "footnotesize",
  ]

  /// What TeX would obey in a text, or in a file of tables or values, where `&`, `\\` and comments are ours.
  static func problems(in text: String, isText: Bool) -> [String] {
    var problems: [String] = []
    var depth = 0
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\\":
        let word = rest.prefix { "a"..."z" ~= $0 || "A"..."Z" ~= $0 }
        rest = rest.dropFirst(word.count)
        if word.isEmpty {
          guard let symbol = rest.popFirst() else { return problems + ["ends in a backslash"] }
          let allowed = isText ? "{}$&#%_ |" : "{}$&#%_ |\\"
          if !allowed.unicodeScalars.contains(symbol) { problems.append("\\\(symbol)") }
        } else {
          let name = String(String.UnicodeScalarView(word))
          if !words.contains(name), isText || !tableWords.contains(name) {
            problems.append("\\\(name)")
          }
        }
      case "{": depth += 1
      case "}":
        depth -= 1
        if depth < 0 { return problems + ["closes a group that it has not opened"] }
      case "%":
        if isText { problems.append("a comment") }
        rest = rest.drop { $0 != "\n" }
      case "&": if isText { problems.append("&") }
      case "$", "#", "_", "~": problems.append("\(scalar)")
      // In a formula of ours, a degree.
      case "^": if !rest.starts(with: "\\circ".unicodeScalars) { problems.append("^") }
      default:
        if scalar.value < 0x20 && scalar != "\n" || scalar.value > 0x17F {
          problems.append("U+\(String(scalar.value, radix: 16))")
        }
      }
    }
    return depth == 0 ? problems : problems + ["leaves a group open"]
  }
}
