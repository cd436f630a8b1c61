import ArgumentParser
import Foundation
import Manifests
import Records
import Replication
import Reports

struct Audit: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a record without trusting its maker: digests, completeness, scores, training.",
    discussion: """
      Each level is reported by itself, those first that disprove a forged record with the least effort; the audit \
      stops at the first contradiction unless --all is given. Your manifest decides how the record has to look, the one \
      of its name or --manifest FILE, never its own copy. --reevaluate K answers K documents of every arm again from the \
      recorded weights, and --replay K executes K segments of every training again; both are chosen by the record's own \
      digest and a nonce that its maker did not know, and every bit is compared. Ends with 0 if nothing contradicts the \
      record, whatever the verdict on its results is, with 3 if something does, and with 7 if something that was asked for \
      cannot be checked here. With --only rescoring all scores are computed anew from the stored outputs, and each that changed is \
      listed: whether another answer is taken out of the same output (text differs) or the same answer gets another score \
      (scorer differs). That ends with 1 if a score changed, with 3 if the record is not as it was sealed, and with 7 if \
      IFEval's samples need --language-data. With --proof FILE samples that `replicate show RECORD --prove` disclosed are held \
      against the record or its anchor, whichever is here, and nothing else is done.
      """)

  @Argument(
    help: "First digits of a record's id, or the path of a record's folder.",
    completion: .directory)
  var record: String?

  /// What can be done by itself.
  enum Part: String, ExpressibleByArgument, CaseIterable {
    case rescoring
  }

  @Option(
    help: ArgumentHelp("Do this alone, and list each score that changed.", valueName: "part"))
  var only: Part?

  @Option(
    help: "Check disclosed samples alone; RECORD may be left out.", completion: .file())
  var proof: String?

  @Flag(help: "Compute answers and scores anew from the recorded responses.")
  var rescore = false

  @Option(
    help: ArgumentHelp("Answer this many documents of every arm again.", valueName: "k"))
  var reevaluate = 0

  @Option(
    help: ArgumentHelp("Execute this many segments of every training again.", valueName: "k"))
  var replay = 0

  @Option(
    help: ArgumentHelp(
      "The auditor's part in choosing documents and segments (default: random, and printed).",
      valueName: "hex"))
  var nonce: String?

  @Flag(help: "Go on after the first contradiction.")
  var all = false

  @Option(
    help: "The manifest that the record is judged by (default: yours of the record's name).",
    completion: .file(extensions: ["yaml"]))
  var manifest: String?

  @Option(
    help: "Folder with punkt_tab/ and langdetect/, for scoring IFEval's samples.",
    completion: .directory)
  var languageData: String?

  @Option(
    help: ArgumentHelp(
      "Who has to have signed the record's anchor: a name or e-mail address that your settings of git or GnuPG know, or the fingerprint of a key.",
      valueName: "signer"))
  var requireAnchor: String?

  @Option(
    name: .customLong("timestamp-ca"),
    help: "Certificates of time stamp authorities to trust (default: those of the machine).",
    completion: .file())
  var timeStampAuthority: String?

  @OptionGroup var repository: RepositoryOption
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var printing: PrintingOptions

  func validate() throws {
    if record == nil && proof == nil {
      throw ValidationError("Missing expected argument '<record>'")
    }
    if proof != nil, only != nil || languageData != nil || !isAskedForNothingElse {
      throw ValidationError(
        "--proof goes with a record, --artifacts, --repository and --json alone.")
    }
    if only != nil, !isAskedForNothingElse {
      throw ValidationError(
        "--only rescoring goes with --language-data, --artifacts and --json alone.")
    }
    for (name, count) in [("reevaluate", reevaluate), ("replay", replay)]
    where !(0...1_000_000).contains(count) {
      throw ValidationError("--\(name) is \(count); it has to be from 0 to 1000000.")
    }
    if nonce != nil, reevaluate == 0, replay == 0 {
      throw ValidationError("--nonce says something of --reevaluate and --replay only.")
    }
    if let nonce, Self.bytes(ofHexadecimal: nonce) == nil {
      throw ValidationError("--nonce takes an even number of hexadecimal digits, at most 128.")
    }
  }

  private var isAskedForNothingElse: Bool {
    !rescore && reevaluate == 0 && replay == 0 && nonce == nil && !all && manifest == nil
      && requireAnchor == nil && timeStampAuthority == nil && inputs.asset.isEmpty
  }

  func run() async throws {
    if let proof {
      return try report(
        SampleProofCheck(
          proof, record: record, artifacts: execution.store.artifacts,
          repository: repository.folder))
    }
    guard let record else { return }
    if only == .rescoring {
      return try report(
        RecordRescoring(
          record, artifacts: execution.store.artifacts, languageData: languageData
        ).run())
    }
    var options = Replication.Audit.Options()
    options.rescores = rescore
    options.reevaluationCount = reevaluate
    options.replayCount = replay
    options.nonce =
      nonce.flatMap(Self.bytes) ?? (0..<16).map { _ in UInt8.random(in: 0...255) }
    options.isExhaustive = all
    options.languageData = languageData
    options.requiredSigner = requireAnchor
    options.timeStampAuthority = timeStampAuthority
    var run = inputs.apply(to: execution.options)
    run.repository = repository.folder
    let terminal = TerminalReport(style: Console.style, write: Console.error)
    defer { terminal.finish() }
    let audit = try Replication.Audit(
      record,
      manifest: { record in
        // What a record calls itself is a name of yours or none, and never a path.
        try manifest.map { try ManifestCatalog.standard.manifest($0) }
          ?? ManifestCatalog.standard.manifest(named: record.name)
      },
      run: run, options: options, report: terminal.show)
    let outcome = await audit.report()
    terminal.finish()
    try report(outcome)
  }

  private static func bytes(ofHexadecimal text: String) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count, digits.count.isMultiple(of: 2),
      (1...128).contains(digits.count)
    else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
