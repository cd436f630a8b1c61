import Assets
import Files
import Foundation
import Provenance

/// The user's own `git` at work in an empty repository that is removed afterwards.
///
/// It has the user's keys, credentials, proxies and settings, and nothing of a repository that may be somebody else's: no
/// settings, no hooks, no filters. Only transports that git has of its own are allowed.
final class ScratchRepository: Sendable {
  private let folder: PrivateFolder
  private let limits: AnchorExchange.Limits

  var path: String { "\(folder.path)/git" }

  init(_ limits: AnchorExchange.Limits) throws {
    folder = try PrivateFolder()
    self.limits = limits
    _ = try AnchorStore.scratch(at: path)
  }

  /// Opens it.
  func store() throws -> AnchorStore { try AnchorStore(containing: path, isExact: true) }

  /// Lets git read objects of another repository.
  func borrowObjects(of store: borrowing AnchorStore) throws {
    let objects = store.objectsFolder
    guard objects.hasPrefix("/"), !objects.contains(where: \.isNewline) else {
      throw AnchorError(
        .transport, "git cannot read objects from the folder \(objects); move the repository.")
    }
    try AtomicFile.write(Array("\(objects)\n".utf8), to: "\(path)/objects/info/alternates")
  }

  // MARK: - Commands

  /// The anchors of a remote.
  func references(of address: String) async throws -> [AnchorReference] {
    let listing = try await git(
      ["ls-remote", "--quiet", "--refs", "--", address, AnchorName.root + "*"], address)
    return listing.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t")
      guard parts.count == 2 else { return nil }
      // What is not named like an anchor is not ours to move.
      return AnchorReference(String(parts[1]), commit: String(parts[0]))
    }
  }

  /// Brings anchors of a remote here; those that cannot be brought are left out, the rest is not.
  ///
  /// - Returns: What git said of those that it could not bring, by reference.
  func fetch(_ references: ArraySlice<AnchorReference>, from address: String) async throws
    -> [(reference: AnchorReference, reason: String)]
  {
    guard let first = references.first else { return [] }
    let names = references.map { "+\($0.reference):\($0.reference)\n" }.joined()
    do {
      _ = try await git(
        [
          "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance",
          "--no-recurse-submodules", "--stdin", "--", address,
        ], address, input: try folder.write(Array(names.utf8), to: "names"))
      return []
    } catch let error as AnchorError {
      guard references.count > 1 else { return [(first, error.message)] }
      // One that is missing or too large there fails all that are asked for with it.
      let middle = references.startIndex + references.count / 2
      let failures = try await fetch(references[..<middle], from: address)
      guard failures.count < limits.failures else { throw error }
      return failures + (try await fetch(references[middle...], from: address))
    }
  }

  /// Sends all anchors that are here, none of them forced.
  ///
  /// - Returns: What the remote said of those that it refused, by the name of the reference.
  func push(to address: String) async throws -> [(reference: String, reason: String)] {
    let pattern = AnchorName.root + "*"
    let answer = try await run(
      [
        "push", "--quiet", "--porcelain", "--no-verify", "--no-follow-tags",
        "--recurse-submodules=no", "--no-signed", "--", address, "\(pattern):\(pattern)",
      ])
    let refusals = answer.text.split(separator: "\n").compactMap {
      line -> (reference: String, reason: String)? in
      let parts = line.split(separator: "\t")
      guard parts.count == 3, parts[0] == "!" else { return nil }
      let name = parts[1].prefix { $0 != ":" }
      return (String(name), "the remote did not take it: \(parts[2])")
    }
    guard answer.outcome.status == 0 || !refusals.isEmpty else {
      throw failure(of: "push", answer.outcome, address)
    }
    return refusals
  }

  // MARK: - git

  private func git(_ arguments: [String], _ address: String, input: String = "/dev/null")
    async throws -> String
  {
    let answer = try await run(arguments, input: input)
    guard answer.outcome.status == 0 else {
      throw failure(of: arguments[0], answer.outcome, address)
    }
    return answer.text
  }

  private func failure(of command: String, _ outcome: ChildProcess.Outcome, _ address: String)
    -> AnchorError
  {
    if outcome.status == 127 {
      return AnchorError(
        .transport, "The program git, which anchors are moved with, was not found; install it.")
    }
    let words = GitProgram.words(of: outcome)
      .replacing(address, with: GitAddress.withoutSecrets(address))
    return AnchorError(.transport, "`git \(command)` ended with \(outcome.status): \(words).")
  }

  /// Variables of the user's that would lead git to another repository.
  private static let unwanted = [
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_CONFIG",
    "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE",
  ]

  private static let settings = [
    // Neither hooks that the user has for all repositories, nor programs that look at working trees, belong to this.
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.alternateRefsCommand=:",
    // One file that its limit holds for, in little memory.
    "fetch.unpackLimit=1", "transfer.unpackLimit=1", "pack.threads=1",
    "core.packedGitWindowSize=32m", "core.packedGitLimit=256m", "core.bigFileThreshold=64m",
    "fetch.fsckObjects=true", "push.gpgSign=false", "push.pushOption=", "gc.auto=0",
  ]

  private func run(_ arguments: [String], input: String = "/dev/null") async throws
    -> GitProgram.Answer
  {
    var environment: [String: String?] = [
      "LC_ALL": "C", "GIT_ALLOW_PROTOCOL": "git:http:https:ssh", "GIT_NO_LAZY_FETCH": "1",
      "GIT_NO_REPLACE_OBJECTS": "1",
    ]
    for name in Self.unwanted { environment.updateValue(nil, forKey: name) }
    let (blocks, kilobytes) = (limits.transferBytes / 512, limits.memoryBytes / 1024)
    let child = ChildProcess(
      program: "sh",
      arguments: [
        "-c",
        "ulimit -f \(blocks) 2>/dev/null; ulimit -v \(kilobytes) 2>/dev/null; exec \"$@\"", "sh",
        "git", "-C", path, "--git-dir=.",
      ] + Self.settings.flatMap { ["-c", $0] } + arguments, environment: environment,
      input: input, absence: "which anchors are moved with, was not found; install it")
    var output: [UInt8] = []
    do {
      let outcome = try await child.run { piece in
        output += piece
        guard output.count <= limits.listingBytes else {
          throw AnchorError(
            .transport,
            "The remote lists more than \(limits.listingBytes) bytes of names; that is no repository of anchors."
          )
        }
      }
      return GitProgram.Answer(
        text: String(decoding: output, as: UTF8.self), outcome: outcome)
    } catch let error as AssetError {
      throw AnchorError(.transport, error.message)
    }
  }
}
