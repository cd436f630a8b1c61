import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("The Hub's variables") struct HubEnvironmentTests {
  private static let token = "hf_SecretSecretSecret"
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "It is found where the Hub's own programs find it, in their order",
    arguments: [
      (["HF_TOKEN": " \(token)\n", "HF_TOKEN_PATH": "/other"], "HF_TOKEN"),
      (["HUGGING_FACE_HUB_TOKEN": token], "HUGGING_FACE_HUB_TOKEN"),
      (["HF_TOKEN": " ", "HF_TOKEN_PATH": "FOLDER/path"], "FOLDER/path"),
      (["HF_HOME": "FOLDER/hf"], "FOLDER/hf/token"),
      (["XDG_CACHE_HOME": "FOLDER/xdg"], "FOLDER/xdg/huggingface/token"),
      (["HOME": "FOLDER/home"], "FOLDER/home/.cache/huggingface/token"),
      (["HF_HOME": "~/hf", "HOME": "FOLDER"], "FOLDER/hf/token"),
      (["HF_TOKEN": token, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"], nil), ([:], nil),
      (["HOME": "FOLDER/nobody"], nil), (["HF_TOKEN_PATH": "FOLDER/blank"], nil),
    ] as [([String: String], String?)])
  func places(variables: [String: String], source: String?) throws {
    for name in ["path", "hf/token", "xdg/huggingface/token", "home/.cache/huggingface/token"] {
      _ = try folder.write(Array("\(Self.token)\n".utf8), to: name)
    }
    _ = try folder.write(Array(" \n".utf8), to: "blank")
    let environment = HubEnvironment(
      variables.mapValues { $0.replacing("FOLDER", with: folder.path) })
    let token = try environment.token()
    #expect(token?.source == source?.replacing("FOLDER", with: folder.path))
    #expect(token.map { $0.credentials == "Bearer \(Self.token)" } ?? (source == nil))
    #expect(
      environment
        == HubEnvironment(variables.mapValues { $0.replacing("FOLDER", with: folder.path) }))
  }

  @Test(
    "What no token can be is refused, not repeated, and never reaches curl",
    arguments: ["a b", "a\"b", "a\\b", "a\u{0}b", "é", "a\tb", "=a", "x\" -o /tmp/x \""])
  func malformed(text: String) async throws {
    let message = await assetError(.invalidAsset) {
      try HubEnvironment(["HF_TOKEN": text]).token()
    }
    #expect(message.hasPrefix("What HF_TOKEN holds can be no token") && !message.contains(text))
    #expect(HubToken(text, source: "x") == nil)
    let file = try folder.write(Array(text.utf8) + [0xFF], to: "token")
    #expect(throws: AssetError.self) { try HubEnvironment(["HF_TOKEN_PATH": file]).token() }
    #expect(throws: AssetError.self) {
      try HubEnvironment(["HF_TOKEN_PATH": folder.path]).token()
    }
  }

  @Test("Line breaks inside of it are taken out, as the Hub's own programs do")
  func lineBreaks() {
    #expect(HubToken("hf_a\r\nb", source: "x") == HubToken("hf_ab", source: "x"))
  }

  @Test("curl reads address and token as they are, whatever is in the address")
  func configuration() throws {
    let address = try #require(AssetAddress("http://127.0.0.1:1/a\"b?c='d'#e"))
    let request = CurlRequest(
      address: address, token: HubToken("hf_a", source: "x"), bytes: .init(first: 3, last: nil))
    #expect(
      request.configuration == """
        url = "http://127.0.0.1:1/a\\"b?c='d'#e"
        header = "Accept-Encoding: identity"
        header = "Authorization: Bearer hf_a"
        header = "Range: bytes=3-"

        """)
  }
}
