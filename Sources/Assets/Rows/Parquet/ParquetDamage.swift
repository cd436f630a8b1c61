/// What is wrong with a Parquet file, and where in it.
struct ParquetDamage: Error {
  /// What could not be read, to follow the file's name: "has a page of -1 bytes".
  let problem: String
  /// Offset in the file; nil until somebody adds it who knows.
  var offset: Int?
  /// The column that it is in, once somebody has added it.
  var column: FieldNames?

  init(_ problem: String, at offset: Int? = nil) {
    self.problem = problem
    self.offset = offset
  }

  /// Runs `body` and adds to damage where it was found, as far as that is not known.
  static func located<Result>(
    at offset: Int, in column: FieldNames? = nil, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch var damage as ParquetDamage {
      damage.offset = damage.offset ?? offset
      damage.column = damage.column ?? column
      throw damage
    }
  }

  /// The error for the file with a name.
  func error(in name: String) -> AssetError {
    let place = column.map { " in the column '\($0)'" } ?? ""
    return AssetError(
      code: .damagedData,
      message: "The Parquet file \(name) \(problem)\(place) (byte \(offset ?? 0)).")
  }
}
