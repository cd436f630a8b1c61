/// Decodes the values of a page piece by piece; one conformer for each encoding.
protocol ValueDecoder {
  /// How many of the next `count` values take at most `byteLimit` bytes of text; at least one, and all of them if together
  /// they take no more than the page itself.
  mutating func affordable(_ count: Int, byteLimit: Int) throws -> Int

  /// Appends the next `count` values.
  ///
  /// - Throws: ``ParquetDamage`` if the page has fewer or they are damaged.
  mutating func decode(_ count: Int, into values: ValueBuffer) throws
}

extension ValueDecoder {
  mutating func affordable(_ count: Int, byteLimit: Int) -> Int { count }
}

extension ParquetDamage {
  /// The error for a page that ends before its values do.
  static let missingValues = ParquetDamage("has a page that ends before its values do")
}
