import Files
import Foundation

/// Names as parts of URIs, and URIs for what has no address.
enum URIText {
  /// A text in which everything but letters, digits and "-._~,/" is percent-encoded.
  static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case _ where "-._~,/".utf8.contains(byte): result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }

  /// A text as a part of a path that every file system takes.
  static func component(_ text: String) -> String {
    let safe = text.unicodeScalars.map { scalar -> Character in
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain || scalar == "-" ? Character(scalar) : "_"
    }
    return String(safe.prefix(80))
  }

  /// The URI of a content by its digest, whoever has it (RFC 6920).
  static func content(_ digest: Digest) -> String {
    let base64 = Data(digest.bytes).base64EncodedString()
    return "ni:///sha-256;"
      + base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// A URI of this program's own vocabulary: "urn:x-replicate:run:v1".
  ///
  /// "x-" is a prefix that no registered namespace has; the program has no domain that could stand for it.
  static func own(_ parts: [String]) -> String {
    (["urn:x-replicate"] + parts.map(encoded)).joined(separator: ":")
  }
}
