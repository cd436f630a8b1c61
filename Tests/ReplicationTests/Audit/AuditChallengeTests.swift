import Files
import TestSupport
import Testing

@testable import Replication

@Suite("The choice of what is audited") struct AuditChallengeTests {
  @Test(
    "takes different things, all of them if there are no more, by record, nonce and subject")
  func choice() {
    let record = SHA256.digest(of: "record")
    let challenge = AuditChallenge(record: record, nonce: [1], subject: "s")
    let chosen = challenge.draws(of: 5, from: 1000)
    #expect(chosen.count == 5 && Set(chosen).count == 5)
    #expect(chosen.allSatisfy { (0..<1000).contains($0) })
    #expect(challenge.draws(of: 5, from: 1000) == chosen)
    #expect(challenge.draws(of: 9, from: 4).sorted() == [0, 1, 2, 3])
    #expect(challenge.draws(of: 3, from: 0) == [])
    for other in [
      AuditChallenge(record: record, nonce: [2], subject: "s"),
      AuditChallenge(record: record, nonce: [1], subject: "t"),
      AuditChallenge(record: SHA256.digest(of: "other"), nonce: [1], subject: "s"),
    ] {
      #expect(other.draws(of: 5, from: 1000) != chosen)
    }
  }

  @Test("favours nothing")
  func uniform() {
    var counts = [Int](repeating: 0, count: 7)
    for nonce in 0..<2100 {
      let challenge = AuditChallenge(
        record: SHA256.digest(of: "r"), nonce: [UInt8(nonce & 255), UInt8(nonce >> 8)],
        subject: "s")
      for segment in challenge.draws(of: 2, from: 7) { counts[segment] += 1 }
    }
    // 600 expected, standard deviation 21: beyond 5 of them once in a million.
    #expect(counts.allSatisfy { (495...705).contains($0) }, "\(counts)")
  }

  @Test("finds what was altered as often as the hypergeometric distribution says")
  func detection() {
    func detection(_ count: Int, _ total: Int, _ altered: Int) -> Double {
      AuditChallenge.detectionProbability(count: count, total: total, altered: altered)
    }
    #expect(abs(detection(3, 10, 1) - 0.3) < 1e-15)
    // 1 - C(7,3)/C(10,3) = 1 - 35/120.
    #expect(abs(detection(3, 10, 3) - 85.0 / 120) < 1e-15)
    #expect(detection(10, 10, 1) == 1 && detection(12, 10, 1) == 1 && detection(3, 10, 8) == 1)
    #expect(detection(0, 10, 3) == 0)
  }
}
