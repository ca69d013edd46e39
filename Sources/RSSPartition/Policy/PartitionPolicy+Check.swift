extension PartitionPolicy {
    /// Whether a storage parameter can be part of a statement: a name and a plain value.
    static func isStorageParameter(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z_]+(\.[a-z_]+)?=[A-Za-z0-9_.+\-]+/) != nil
    }

    /// Whether a folder is an absolute path without `..`, in one line.
    static func isFolder(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.split(separator: "/").contains("..")
            && path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// What of the policy ``PolicyCheck`` would have refused, whatever its table is; nil for nothing. A policy that is read
    /// from the database was not necessarily written by rssctl.
    var flaw: String? {
        if column.isEmpty { return "it names no column" }
        if case .step(let step) = interval, step <= 0 { return "its interval is \(step)" }
        if let parameter = storageParameters.first(where: { !Self.isStorageParameter($0) }) {
            return "'\(parameter)' is not a storage parameter"
        }
        if let archive, !Self.isFolder(archive) { return "'\(archive)' is not a folder for archives" }
        if timeZone.wholeMatch(of: /[A-Za-z0-9_+\-\/]{1,64}/) == nil { return "'\(timeZone)' is not a time zone" }
        if !(0...1000).contains(premake) { return "\(premake) partitions ahead are not 0 to 1000" }
        if quarantineDays < 0 { return "a quarantine of \(quarantineDays) days" }
        return tablespace?.isEmpty == true ? "its tablespace has no name" : nil
    }
}
