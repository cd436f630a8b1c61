import Files

/// How far two finite numbers lie apart, in four measures.
package struct NumberDistance: Sendable, Equatable {
  /// |a − b|; infinite if the difference is beyond the range of a double.
  package let absolute: Double
  /// |a − b| divided by the larger of |a| and |b|: from 0 to 2; 0 for two zeros.
  package let relative: Double
  /// How many doubles lie between them, the second one included; −0 and +0 are 0 apart.
  package let ulps: UInt64
  /// The same count in single precision; nil unless both are values of single precision.
  ///
  /// A value counts as one if it is a float exactly, as Python prints `tensor.item()`, or if it is what the shortest
  /// decimal text of a float reads back as, which holds for every text of at most six digits.
  package let singleUlps: UInt64?

  /// The distance of `a` and `b`; nil if one of them is NaN or infinite.
  init?(_ a: Double, _ b: Double) {
    guard a.isFinite, b.isFinite else { return nil }
    let scale = max(a.magnitude, b.magnitude)
    absolute = (a - b).magnitude
    // A difference beyond the range is divided first.
    relative =
      scale == 0 ? 0 : absolute.isFinite ? absolute / scale : (a / scale - b / scale).magnitude
    // Never nil, because neither number is NaN.
    ulps = UnitsInLastPlace.distance(a, b) ?? 0
    if let a = NumberDistance.single(a), let b = NumberDistance.single(b) {
      singleUlps = UnitsInLastPlace.distance(a, b)
    } else {
      singleUlps = nil
    }
  }

  /// The float that a double was, exactly or printed in its shortest decimal text.
  private static func single(_ value: Double) -> Float? {
    let float = Float(value)
    guard float.isFinite else { return nil }
    return Double(float) == value || Double(float.description) == value ? float : nil
  }
}

extension NumberDistance {
  /// The distance in words: "a distance of 4.8e-07 (relative 6.8e-08; 1 ulp of fp32, 536870912 of fp64)".
  var text: String {
    let double = "\(ulps)"
    let inUlps =
      singleUlps.map { "\($0) \($0 == 1 ? "ulp" : "ulps") of fp32, \(double) of fp64" }
      ?? "\(double) \(ulps == 1 ? "ulp" : "ulps") of fp64"
    let (absolute, relative) = (English.short(absolute), English.short(relative))
    return "a distance of \(absolute) (relative \(relative); \(inUlps))"
  }

  /// The distance as JSON; counts that are no exact doubles are written as texts, what is infinite as null.
  var json: JSON {
    [
      "absolute": absolute.isFinite ? .number(absolute) : .null,
      "relative": .number(relative),
      "ulps_fp32": singleUlps.map { .integer(Int64($0)) } ?? .null,
      "ulps_fp64": ulps < 1 << 53 ? .integer(Int64(ulps)) : .string("\(ulps)"),
    ]
  }
}
