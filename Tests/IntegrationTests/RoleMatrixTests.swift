import Foundation
import PostgresClient
import RSSCore
import RSSSetup
import TestSupport
import Testing

/// Each role that `setup roles` makes can do what it is for, and ends with 77 where it is for something else.
@Suite(.serialized) struct RoleMatrixTests {
    /// What a role does with a command.
    private enum Expected: Equatable { case may, mayNot }

    private static let file = "category,name,serial\nLaptop,a,M1\nLaptop,b,M2\n"

    /// The commands of each role, in this order. FOLDER is a folder of the test.
    private static let matrix: [(role: RolePurpose, command: [String], expected: Expected)] = [
        (.importer, ["bulk", "mapping", "save", "scanner", "hardware", "Gerät=device_name"], .may),
        (.importer, ["bulk", "mapping", "list"], .may),
        (.importer, ["bulk", "import", "hardware", "FOLDER/a.csv", "--visit", "RSS-1", "--dry-run"], .may),
        (.importer, ["bulk", "import", "hardware", "FOLDER/a.csv", "--visit", "RSS-1"], .may),
        (.importer, ["bulk", "update", "hardware", "FOLDER/b.csv"], .may),
        (.importer, ["bulk", "undo", "last", "--yes"], .may),
        (.importer, ["bulk", "delete", "hardware", "FOLDER/b.csv", "--yes"], .may),
        (.importer, ["bulk", "undo", "last", "--yes"], .may),
        (.importer, ["bulk", "export", "hardware", "--visit", "RSS-1", "--to", "FOLDER/importer.csv"], .may),
        (.importer, ["bulk", "history"], .may),
        (.importer, ["migrate", "status"], .mayNot),
        (.importer, ["partition", "policy", "list"], .mayNot),
        (.importer, ["partition", "policy", "set", "visit_reports", "--premake", "5"], .mayNot),
        (.importer, ["partition", "maintain"], .mayNot),
        (.importer, ["cache", "warm"], .mayNot),
        (.reader, ["report", "query", "--organization", "Test"], .may),
        (.reader, ["report", "check"], .may),
        (.reader, ["partition", "status"], .may),
        (.reader, ["partition", "check"], .may),
        (.reader, ["partition", "plan"], .may),
        (.reader, ["partition", "policy", "list"], .may),
        (.reader, ["migrate", "status"], .may),
        (.reader, ["migrate", "plan"], .may),
        (.reader, ["migrate", "drift"], .may),
        (.reader, ["analyze", "performance"], .may),
        (.reader, ["analyze", "statements"], .may),
        (.reader, ["analyze", "indexes"], .may),
        (.reader, ["bulk", "history"], .may),
        (.reader, ["bulk", "export", "hardware", "--visit", "RSS-1", "--to", "FOLDER/reader.csv"], .may),
        (.reader, ["doctor"], .may),
        (.reader, ["bulk", "import", "hardware", "FOLDER/a.csv", "--visit", "RSS-1"], .mayNot),
        (.reader, ["bulk", "mapping", "save", "other", "hardware", "Gerät=serial_number"], .mayNot),
        (.reader, ["partition", "policy", "set", "visit_reports", "--premake", "5"], .mayNot),
        (.reader, ["cache", "warm"], .may),
        (.warmer, ["cache", "warm"], .may),
        (.warmer, ["bulk", "history"], .mayNot),
        (.warmer, ["bulk", "import", "hardware", "FOLDER/a.csv", "--visit", "RSS-1"], .mayNot),
        (.warmer, ["migrate", "status"], .mayNot),
        (.warmer, ["partition", "policy", "set", "visit_reports", "--premake", "5"], .mayNot),
        (.maintainer, ["partition", "status"], .may),
        (.maintainer, ["partition", "policy", "set", "visit_reports", "--premake", "5"], .may),
        (.maintainer, ["partition", "maintain"], .may),
        (.maintainer, ["partition", "check"], .may),
    ]

    @Test func `each role does what it is for, and ends with 77 otherwise`() async throws {
        let tag = UUID().uuidString.prefix(8).lowercased()
        func name(_ purpose: RolePurpose) -> String { "m_\(purpose.rawValue)_\(tag)" }
        let owner = "m_owner_\(tag)"
        try await withDatabase { options in
            try await withState { state in
                let admin = try await PostgresConnection.connect(options)
                let environment = try await target(options)
                func binary(_ role: String?) -> Binary {
                    guard let role else { return Binary(state: state, environment: environment) }
                    let own = ["PGUSER": role, "PGPASSWORD": "x"]
                    return Binary(state: state, environment: environment.merging(own) { $1 })
                }
                let drop = ([owner] + RolePurpose.allCases.map(name)).map { role in
                    "DO $$BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '\(role)') THEN REASSIGN OWNED BY \(role) TO CURRENT_USER; DROP OWNED BY \(role); DROP ROLE \(role); END IF; END$$"
                }
                do {
                    try await prepare(admin, owner: owner, state: state)
                    for command in [["migrate"], ["partition", "maintain"]] {
                        let result = try await binary(owner).run(command)
                        #expect(result.status == 0, "\(command): \(result.errors)")
                    }
                    try await admin.executeScript(
                        """
                        INSERT INTO organizations (name) VALUES ('Test');
                        INSERT INTO visit_reports (report_number, visit_date, organization_id)
                        SELECT 'RSS-1', current_date, id FROM organizations;
                        """)
                    for purpose in RolePurpose.allCases {
                        let result = try await binary(nil).run(
                            "setup", "roles", "--for", purpose.rawValue, "--role", name(purpose), "--create")
                        #expect(result.status == 0, "\(purpose): \(result.errors)")
                        try await admin.execute("ALTER ROLE \(name(purpose)) PASSWORD 'x'")
                    }
                    for (role, command, expected) in Self.matrix {
                        let arguments = command.map { $0.replacing("FOLDER", with: state) }
                        let result = try await binary(name(role)).run(arguments)
                        let line =
                            "\(role.rawValue): \(command.joined(separator: " ")): \(result.status) \(result.errors)"
                        switch expected {
                        case .may: #expect([0, 2, 3].contains(result.status), "\(line)")
                        case .mayNot: #expect(result.status == 77, "\(line)")
                        }
                    }
                } catch {
                    for statement in drop { try await admin.execute(statement) }
                    throw error
                }
                for statement in drop { try await admin.execute(statement) }
                await admin.close()
            }
        }
    }

    /// A database of a role that is not a superuser, with the files that the commands read.
    private func prepare(_ admin: PostgresConnection, owner: String, state: String) async throws {
        try await admin.executeScript(
            """
            CREATE ROLE \(owner) LOGIN PASSWORD 'x';
            DO $$BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO \(owner)', current_database()); END$$;
            CREATE EXTENSION pg_stat_statements;
            """)
        try Data(Self.file.utf8).write(to: URL(fileURLWithPath: "\(state)/a.csv"))
        try Data("serial,name\nM1,x\nM2,y\n".utf8).write(to: URL(fileURLWithPath: "\(state)/b.csv"))
    }
}
