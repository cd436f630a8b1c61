import PackagePlugin

/// Has the state of the sources' repository written down before every build, for the program to know what it is.
@main struct BuildState: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
    let package = context.package.directoryURL
    let output = context.pluginWorkDirectoryURL.appending(path: "Generated")
    return [
      .prebuildCommand(
        displayName: "State of the repository",
        executable: package.appending(path: "scripts/build-state.sh"),
        arguments: [package.path, output.path], outputFilesDirectory: output)
    ]
  }
}
