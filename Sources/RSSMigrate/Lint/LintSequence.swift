import RSSCore
import RSSModel
import RSSSystem

/// What is wrong with the versions of files, by their names and the history: what `migrate` refuses as a whole.
struct LintSequence {
    /// All files.
    let source: LintSource
    /// Whether a file is one of those that are judged.
    let isNew: (String) -> Bool
    /// The versions of files that are known to be elsewhere already, with their names.
    var elsewhere: [MigrationVersion: String] = [:]
    /// What was applied.
    var applied: [AppliedMigration] = []
    /// Where the files come from: each line of versions is in an order of its own.
    var origin: MigrationSource = .shipped
    var order: MigrationOrder = .linear

    /// The findings, by place.
    var findings: [LintFinding] { duplicates + changed + late }

    private func finding(_ rule: String, _ file: LintSource.File, _ message: String) -> LintFinding {
        LintFinding(rule: rule, severity: .error, place: SourcePlace(file: file.name, line: 1), message: message)
    }

    private var versioned: [(file: LintSource.File, version: MigrationVersion)] {
        source.files.compactMap { file in file.isVersioned ? file.version.map { (file, $0) } : nil }
    }

    /// The files that count as applied, or existed before: of two with one version the other one is to change.
    private func isSettled(_ file: LintSource.File) -> Bool { !isNew(file.name) }

    private var duplicates: [LintFinding] {
        var found: [LintFinding] = []
        for (version, group) in Dictionary(grouping: versioned, by: \.version).sorted(by: { $0.key < $1.key }) {
            let files = group.map(\.file)
            let keeper = files.first(where: isSettled) ?? files[0]
            for file in files where file.name != keeper.name {
                found.append(
                    finding(
                        "duplicate-version", file,
                        "version \(version) is also used by \(FilePath.name(of: keeper.name)); give one of them another number"
                    ))
            }
            guard let other = elsewhere[version], !files.contains(where: { FilePath.name(of: $0.name) == other }) else {
                continue
            }
            for file in files where isNew(file.name) {
                found.append(
                    finding(
                        "duplicate-version", file,
                        "version \(version) is also used by \(other), which exists already; use another number"))
            }
        }
        return found
    }

    /// Files that have the version of one that was applied, and are not that one.
    private var changed: [LintFinding] {
        let done = Dictionary(applied.map { ($0.version, $0) }) { first, _ in first }
        let twice = Dictionary(grouping: versioned, by: \.version).filter { $0.value.count > 1 }
        return versioned.compactMap { file, version in
            guard isNew(file.name), let row = done[version], twice[version] == nil else { return nil }
            return finding(
                "changed-after-applied", file,
                "version \(version) (\(row.name)) was applied, and this is not the file as it was then; put the change into a new migration"
            )
        }
    }

    /// Files that are older than one that was applied, or was there before.
    private var late: [LintFinding] {
        if order == .nonLinear { return [] }
        let done = Set(applied.map(\.version))
        let before = done.union(versioned.filter { isSettled($0.file) }.map(\.version)).union(elsewhere.keys)
        let newest = Dictionary(grouping: before, by: origin.line).compactMapValues { $0.max() }
        return versioned.compactMap { file, version in
            guard isNew(file.name), !done.contains(version), elsewhere[version] == nil,
                let newest = newest[origin.line(of: version)], newest > version
            else { return nil }
            return finding(
                "out-of-order", file,
                "version \(version) comes before \(newest), which exists already; give the file a number above \(newest)"
            )
        }
    }
}
