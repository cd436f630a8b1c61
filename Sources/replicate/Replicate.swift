import ArgumentParser
import Dispatch
import Files
import Foundation
import Provenance
import Replication
import Tensors

struct Replicate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replicate",
    abstract: "Checks published fine-tuning results by running them again, with evidence.",
    discussion: """
      A manifest pins model, data, seeds and settings; every arm is trained on the same tokens in the same order and \
      evaluated on the same documents, and a record keeps all of it. The same command again goes on where a run \
      stopped, or says why there is nothing to do.
      """,
    version: Version.text,
    // What no help shows: processes of others, and former names.
    subcommands: [
      DeterminismTrace.self, DeterminismRun.self, FormerCertify.self, FormerIndex.self,
      FormerPull.self, FormerPush.self, FormerRescore.self, FormerVerifyStore.self,
    ],
    groupedSubcommands: [
      CommandGroup(
        name: "Run",
        subcommands: [Run.self, Plan.self, Merge.self, Lock.self, Validate.self, List.self]),
      CommandGroup(
        name: "Judge", subcommands: [Check.self, Compare.self, Decode.self, Power.self]),
      CommandGroup(name: "Evaluate", subcommands: [Evaluate.self, Import.self]),
      CommandGroup(name: "Trust", subcommands: [Audit.self, Determinism.self, Anchors.self]),
      CommandGroup(
        name: "Records",
        subcommands: [
          Log.self, Show.self, Report.self, Paper.self, Diff.self, Export.self, Serve.self,
        ]),
      CommandGroup(name: "Machine", subcommands: [CollectGarbage.self, Engine.self, Doctor.self]),
    ],
    defaultSubcommand: Run.self)
}

/// The process: one command, from its arguments to the documented exit code.
@main enum Program {
  /// Runs the command; errors are printed once, on standard error.
  ///
  /// Not asynchronous itself: that takes threads, of which nobody knows yet whether there are any.
  static func main() {
    Console.prepare()
    Version.code = BuildState.code
    // Without arguments a person wants to know what there is.
    guard CommandLine.arguments.count > 1 else {
      Console.output(ReportText(ownText: Replicate.helpMessage()))
      return
    }
    if let problem = CommandLineText.problem() {
      ExitStatus.end(with: ExitStatus.usage, why: problem, text: "replicate: \(problem)")
    }
    let parsed: any ParsableCommand
    do {
      parsed = try Replicate.parseAsRoot()
    } catch {
      ExitStatus.exitAfterParsing(error, of: Replicate.self)
    }
    let command = Command(parsed: parsed)
    MemoryShortage.end { ExitStatus.exit(with: ShortageError(.memory, $0)) }
    do {
      try ProcessLimits.check()
      if parsed is any AsyncParsableCommand { run(command) }
      var parsed = parsed
      try parsed.run()
    } catch {
      ExitStatus.exit(with: error)
    }
  }

  /// A parsed command, which nobody changes any more.
  private struct Command: @unchecked Sendable {
    let parsed: any ParsableCommand
  }

  /// Runs a command that does several things at once, until it ends the process.
  private static func run(_ command: Command) -> Never {
    let task = Task {
      do {
        if var running = command.parsed as? any AsyncParsableCommand { try await running.run() }
      } catch {
        ExitStatus.exit(with: error)
      }
      Foundation.exit(0)
    }
    StopSignals.shared.watch(task) {
      ExitStatus.exit(with: EngineError.interrupted)
    }
    dispatchMain()
  }
}
