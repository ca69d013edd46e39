import PostgresClient
import RSSCore
import RSSSystem

/// Which files are judged: those that are neither applied nor named as old.
package struct LintSelection: Sendable {
    private let all: LintSource
    private let origin: MigrationSource
    private let order: MigrationOrder
    private let base: LintBase?
    private var new: LintSource
    private var before: LintSource
    private var history = MigrationHistory()

    /// How many files are there before those that are judged, and are not judged themselves.
    package var old: Int { before.count }

    /// Chooses from files.
    ///
    /// - Parameters:
    ///   - since: files up to this version are old.
    ///   - base: files that are at this commit as they are now are old.
    ///   - order: what is done with files that come late.
    package init(
        _ all: LintSource, since: MigrationVersion? = nil, base: LintBase? = nil, origin: MigrationSource,
        order: MigrationOrder = .linear
    ) {
        self.all = all
        self.origin = origin
        self.order = order
        self.base = base
        (before, new) = all.divided { file in
            let isOld = since.flatMap { since in file.version.map { $0 <= since } } ?? false
            return isOld || (base?.has(file.name) ?? false)
        }
    }

    /// Leaves out what the database's history has.
    ///
    /// - Returns: the files left out.
    /// - Throws: `PostgresError`.
    package mutating func leaveOutApplied(_ connection: PostgresConnection) async throws -> LintSource {
        history = try await MigrationLedger(connection: connection, runID: "").read()
        let applied = all.divided(by: history).applied
        let names = Set(applied.files.map(\.name))
        new = new.divided { !names.contains($0.name) }.0
        before = before.divided { !names.contains($0.name) }.0
        return applied
    }

    /// Lints what is new.
    package func lint(in catalog: CatalogSnapshot = .unknown) -> Linter.Result {
        var catalog = catalog
        // Of a file that was begun, some of what it makes is there.
        if history.unfinished.contains(where: { $0.state != .planned }) { catalog.isCertain = false }
        var result = Linter().lint(new.read, in: catalog, after: before.read)
        let names = Set(new.files.map(\.name))
        var sequence = LintSequence(source: all, isNew: names.contains)
        sequence.applied = history.applied
        sequence.origin = origin
        sequence.order = order
        for file in base?.files.keys.sorted() ?? [] {
            let name = FilePath.name(of: file)
            if case .versioned(let version, _)? = MigrationFileName(name) { sequence.elsewhere[version] = name }
        }
        result.findings = sequence.findings + result.findings
        return result
    }
}
