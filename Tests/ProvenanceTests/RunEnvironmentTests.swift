import Testing

@testable import Files
@testable import Provenance

@Suite("Environment of a run")
struct RunEnvironmentTests {
  @Test("This machine is described, and the description is canonical JSON")
  func current() throws {
    let environment = RunEnvironment.current(libraries: ["openblas": "0.3.21 Haswell"])
    #expect(environment.kernel.hasPrefix("Linux "))
    #expect(environment.processorCount > 0)
    #expect(try #require(environment.usableProcessorCount) > 0)
    #expect(environment.memoryByteCount > 1 << 20)
    #expect(environment.libraries["openblas"] == "0.3.21 Haswell")
    #expect(environment.libraries["openssl"]?.contains("OpenSSL") == true)
    #expect(environment.libraries["glibc"]?.hasPrefix("glibc ") == true)
    #expect(environment.libraries["libgit2"]?.contains(".") == true)
    let bytes = try CanonicalJSON.encode(environment.json)
    #expect(try JSONParser.parse(bytes) == environment.json)
    #expect(RunEnvironment.current(libraries: ["openblas": "0.3.21 Haswell"]) == environment)
  }

  @Test("The build is identified by the digest of the running program")
  func executable() throws {
    #expect(try RunEnvironment.executableDigest() == RunEnvironment.executableDigest())
  }

  @Test("Processors of both families are understood")
  func processors() {
    let intel = RunEnvironment.processorInformation(
      "processor\t: 0\nmodel name\t: Some CPU @ 2:00\nflags\t\t: fma avx2\n\nprocessor\t: 1\nflags\t\t: x\n"
    )
    #expect(intel.name == "Some CPU @ 2:00")
    #expect(intel.features == ["avx2", "fma"])
    let arm = RunEnvironment.processorInformation("processor\t: 0\nFeatures\t: fp asimd\n")
    #expect(arm.name == nil)
    #expect(arm.features == ["asimd", "fp"])
    #expect(RunEnvironment.processorInformation("").features == [])
  }
}
