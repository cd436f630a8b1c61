import Files

extension ManifestFile {
  /// The file that the manifest's runs are judged by, read and checked; nil if it names none.
  package func expectations() throws -> (bytes: [UInt8], documented: DocumentedResults)? {
    try expectationsPath.map { path in
      let bytes = try OpenFile.contents(of: path)
      return (bytes, try DocumentedResultsDecoder.decode(bytes, name: path))
    }
  }
}
