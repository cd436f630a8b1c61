import ArgumentParser
import Records
import Replication

// What commands of version 0.1 are called no more: it works for a release, and no help shows it.

struct FormerCertify: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify", abstract: "Now `replicate determinism NAME --certificate`.",
    shouldDisplay: false)

  @OptionGroup var manifest: ManifestArgument
  @OptionGroup var inputs: InputOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var steps: StepsOption
  @OptionGroup var certificate: CertificateOptions
  @OptionGroup var printing: PrintingOptions

  func run() async throws {
    try report(
      await certificate.certify(
        manifest.read(), steps: steps.steps, options: inputs.apply(to: execution.options)))
  }
}

struct FormerIndex: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Now `replicate log --rebuild`.", shouldDisplay: false)

  @OptionGroup var log: Log
  var printing: PrintingOptions { log.printing }

  func run() throws {
    var log = log
    log.rebuild = true
    try log.run()
  }
}

struct FormerPull: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Now `replicate anchors pull REMOTE`.", shouldDisplay: false)

  @OptionGroup var pull: Anchors.Pull
  var printing: PrintingOptions { pull.printing }

  func run() async throws { try await pull.run() }
}

struct FormerPush: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Now `replicate anchors push REMOTE`.", shouldDisplay: false)

  @OptionGroup var push: Anchors.Push
  var printing: PrintingOptions { push.printing }

  func run() async throws { try await push.run() }
}

struct FormerRescore: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "rescore", abstract: "Now `replicate audit RECORD --only rescoring`.",
    shouldDisplay: false)

  @OptionGroup var audit: Audit
  var printing: PrintingOptions { audit.printing }

  func run() async throws {
    var audit = audit
    audit.only = .rescoring
    try await audit.run()
  }
}

struct FormerVerifyStore: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-store", abstract: "Now `replicate gc --verify`.", shouldDisplay: false)

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() throws { try report(StoreVerification(artifacts: artifacts.existing()).run()) }
}
