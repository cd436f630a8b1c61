package import Files

/// What went wrong with anchors in git, in one sentence.
package typealias AnchorError = CodedError<AnchorErrorCode>

/// The kinds of failure that a caller may want to tell apart.
package enum AnchorErrorCode: String, Sendable {
  /// A signature that was asked for and could not be made.
  case signing
  /// A remote repository that git could not read or write.
  case transport
  /// A repository that may have come with the records that it would vouch for.
  case foreign
  /// A time stamp that could not be had, or that does not hold.
  case timeStamp
}
