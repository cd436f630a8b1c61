package import Assets
import Files
package import Testing

/// The message of the asset error that `body` throws; records an issue if it throws none.
package func assetError<Result>(
  _ code: AssetError.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Result
) async -> String {
  do {
    _ = try await body()
    Issue.record("No error was thrown.", sourceLocation: sourceLocation)
  } catch let error as AssetError {
    #expect(error.code == code, "\(error.message)", sourceLocation: sourceLocation)
    return error.message
  } catch {
    Issue.record("Another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
  return ""
}
