import ArgumentParser
import Foundation
import Replication

@main struct Replicate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replicate",
    abstract: "Checks published fine-tuning results by running them again, with evidence.",
    discussion: """
      A manifest pins model, data, seeds and settings; every arm is trained on the same tokens in the same order and \
      evaluated on the same documents, and a record keeps all of it. The same command again goes on where a run \
      stopped, or says why there is nothing to do.
      """,
    version: Version.text,
    subcommands: [
      Run.self, Plan.self, Lock.self, Check.self, Audit.self, Power.self, Decode.self,
      Evaluate.self, Import.self, Rescore.self, Log.self, Show.self, Diff.self, Export.self,
      Push.self, Pull.self, Index.self, VerifyStore.self, CollectGarbage.self, Validate.self,
      List.self, Doctor.self, Determinism.self, Certify.self, DeterminismTrace.self,
      DeterminismRun.self,
    ],
    defaultSubcommand: Run.self)

  /// Runs the command and ends with the documented exit code; errors are printed once, on standard error.
  static func main() async {
    // Without arguments a person wants to know what there is.
    guard CommandLine.arguments.count > 1 else {
      print(helpMessage())
      return
    }
    let parsed: any ParsableCommand
    do {
      parsed = try parseAsRoot()
    } catch {
      ExitStatus.exitAfterParsing(error, of: Self.self)
    }
    do {
      if var command = parsed as? any AsyncParsableCommand {
        try await command.run()
      } else {
        var command = parsed
        try command.run()
      }
    } catch {
      ExitStatus.exit(with: error, from: parsed, of: Self.self)
    }
  }
}
