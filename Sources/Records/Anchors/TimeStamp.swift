import Assets
import Files
import Foundation
import Provenance

/// A time stamp of an authority (RFC 3161): its signed word that some bytes existed at a moment.
enum TimeStamp {
  /// What checking a time stamp gave.
  enum Verdict: Sendable, Equatable {
    /// An authority that is trusted says that the bytes existed then, in seconds since 1970-01-01T00:00:00Z.
    case valid(time: Int)
    /// It is about these bytes, but whether the authority is to be trusted is not known.
    case unknownAuthority(reason: String)
    /// It is not about these bytes, or was not made by whoever it says.
    case invalid(reason: String)
    /// It could not be checked.
    case unchecked(reason: String)
  }

  /// The largest answer of an authority, in bytes.
  private static let largestAnswer = 1 << 20
  private static let absence =
    "which time stamps are made and checked with, was not found; install it"

  /// Asks an authority for a time stamp over some bytes.
  ///
  /// - Throws: ``AnchorError`` `timeStamp`.
  static func request(_ bytes: [UInt8], from url: String) async throws -> [UInt8] {
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
      throw AnchorError(
        .timeStamp, "\(url) is no address of a time stamp authority: it begins with https://.")
    }
    let folder = try PrivateFolder()
    let data = try folder.write(bytes, to: "data")
    let (query, answer) = ("\(folder.path)/query", "\(folder.path)/answer")
    try await run(
      "openssl", ["ts", "-query", "-data", data, "-sha256", "-cert", "-out", query],
      "no time stamp could be asked for")
    try await run(
      "curl",
      [
        "--silent", "--show-error", "--fail", "--max-time", "120", "--max-filesize",
        String(largestAnswer), "--proto", "=https,http", "--header",
        "Content-Type: application/timestamp-query", "--data-binary", "@\(query)", "--output",
        answer, "--url", url,
      ], "\(GitAddress.withoutSecrets(url)) gave no time stamp")
    let stamp = try OpenFile.contents(of: answer)
    if case .invalid(let reason) = try await check(stamp, of: bytes, authority: nil) {
      throw AnchorError(
        .timeStamp, "\(GitAddress.withoutSecrets(url)) gave no time stamp of the lock: \(reason).")
    }
    return stamp
  }

  /// Checks a time stamp over some bytes.
  ///
  /// - Parameters:
  ///   - stamp: The authority's whole answer.
  ///   - bytes: What it has to be about.
  ///   - authority: A file with the certificates of authorities that are trusted; nil for those of the machine.
  /// - Returns: Whether it holds, and for which time.
  /// - Throws: What keeps files from being written.
  static func check(_ stamp: [UInt8], of bytes: [UInt8], authority: String?) async throws
    -> Verdict
  {
    let folder = try PrivateFolder()
    let (file, data) = (
      try folder.write(stamp, to: "stamp"), try folder.write(bytes, to: "data")
    )
    let shown: GitProgram.Answer
    do {
      shown = try await GitProgram.run(
        "openssl", ["ts", "-reply", "-in", file, "-text"], absence: absence)
    } catch let error as AssetError {
      return .unchecked(reason: error.message)
    }
    let lines = shown.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    func value(_ name: String) -> String? {
      lines.first { $0.hasPrefix(name) }.map {
        $0.dropFirst(name.count).trimmingCharacters(in: .whitespaces)
      }
    }
    guard shown.outcome.status == 0, let status = value("Status:") else {
      return .invalid(reason: "it is no answer of a time stamp authority")
    }
    guard status.hasPrefix("Granted") else {
      return .invalid(reason: "the authority's answer is \"\(status)\"")
    }
    guard let time = value("Time stamp:").flatMap(seconds) else {
      return .invalid(reason: "it says no time that can be read")
    }
    guard imprint(lines) == SHA256.digest(of: bytes) else {
      return .invalid(reason: "it is about something else")
    }
    // Certificates are judged as they were when the stamp was made: they end long before what they are for does.
    let trusted =
      authority.map { ["-CAfile", $0] } ?? ["-CApath", "/etc/ssl/certs"]
    let verified = try await GitProgram.run(
      "openssl",
      ["ts", "-verify", "-data", data, "-in", file, "-attime", String(time)] + trusted,
      absence: absence)
    if verified.outcome.status == 0, verified.text.contains("Verification: OK") {
      return .valid(time: time)
    }
    let words = reason(verified)
    // Only whom nobody has vouched for is a matter of the auditor's settings, and not of the stamp.
    let isUnknown = authority == nil && words.contains("certificate verify error")
    return isUnknown ? .unknownAuthority(reason: words) : .invalid(reason: words)
  }

  /// The digest that a time stamp is about, which openssl prints in lines like "0010 - 5d 7a-…   ascii"; nil for another kind
  /// of digest.
  private static func imprint(_ lines: [String]) -> Digest? {
    guard lines.contains("Hash Algorithm: sha256"),
      let begin = lines.firstIndex(of: "Message data:")
    else { return nil }
    let digits = lines[(begin + 1)...].prefix { $0.dropFirst(4).hasPrefix(" - ") }.map {
      $0.dropFirst(7).prefix(47).filter(\.isHexDigit)
    }
    return Digest(hex: digits.joined())
  }

  /// What openssl calls the failure, without the numbers around it.
  private static func reason(_ answer: GitProgram.Answer) -> String {
    let reasons = answer.outcome.errorText.split(separator: "\n").compactMap { line -> String? in
      let parts = line.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count > 5, parts[1] == "error" else { return nil }
      return ([String(parts[5])] + parts.dropFirst(8).map(String.init)).filter { !$0.isEmpty }
        .joined(separator: ": ")
    }
    return reasons.isEmpty
      ? GitProgram.words(of: answer.outcome) : reasons.joined(separator: "; ")
  }

  private static func run(_ program: String, _ arguments: [String], _ problem: String)
    async throws
  {
    do {
      let answer = try await GitProgram.run(program, arguments, absence: absence)
      guard answer.outcome.status == 0 else {
        throw AnchorError(
          .timeStamp, "`\(program)` failed, so \(problem): \(GitProgram.words(of: answer.outcome))."
        )
      }
    } catch let error as AssetError {
      throw AnchorError(.timeStamp, error.message)
    }
  }

  /// Reads a time as openssl prints it, as in "Nov 29 20:12:48.5 2026 GMT".
  static func seconds(_ text: String) -> Int? {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let parts = text.split(separator: " ")
    guard parts.count == 5, parts[4] == "GMT", let month = months.firstIndex(of: String(parts[0]))
    else { return nil }
    func padded(_ text: some StringProtocol) -> String { (text.count < 2 ? "0" : "") + text }
    return Timestamp.seconds(
      of:
        "\(parts[3])-\(padded(String(month + 1)))-\(padded(parts[1]))T\(parts[2].prefix(8)).000Z")
  }
}
