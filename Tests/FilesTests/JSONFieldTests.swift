import Testing

@testable import Files

@Suite("Typed reading of JSON")
struct JSONFieldTests {
  private let field = JSONField(
    [
      "chain": ["count": 3, "head": "abc"], "list": [1, ["x": true]], "exact": .exact(0.5),
      "negative": -1, "digest": JSON(SHA256.digest(of: "")), "null": nil,
    ], source: "record.json")

  @Test("Values of the stated type are given")
  func values() throws {
    #expect(try field["chain"]["count"].integer() == 3)
    #expect(try field["chain"]["count"].count() == 3)
    #expect(try field["chain"]["head"].string() == "abc")
    #expect(try field["list"].elements()[1]["x"].bool())
    #expect(try field["exact"].exact() == 0.5)
    #expect(try field["digest"].digest() == SHA256.digest(of: ""))
    #expect(try field["chain"].members().map(\.key) == ["count", "head"])
    #expect(field["null"].isNull && field["absent"]["deeper"].isNull)
  }

  @Test("Errors name source, place, expected and found")
  func errors() throws {
    func message(_ body: () throws -> Void) -> String? {
      do {
        try body()
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message { _ = try field["chain"]["head"].integer() }
        == "record.json: chain.head must be a whole number, found a string.")
    #expect(
      message { _ = try field["list"].elements()[1]["y"].string() }
        == "record.json: list[1].y must be a string, found nothing.")
    #expect(
      message { _ = try field["negative"].count() }
        == "record.json: negative must be a whole number from 0 on, found a number.")
    #expect(message { _ = try field["chain"]["head"].digest() } != nil)
    #expect(message { _ = try field["negative"].exact() } != nil)
    #expect(message { _ = try field["negative"].elements() } != nil)
    #expect(message { _ = try field["negative"].members() } != nil)
    #expect(message { _ = try field["null"].bool() } != nil)
  }
}
