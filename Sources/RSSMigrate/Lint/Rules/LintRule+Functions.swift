import RSSCore
import SQLScript

extension LintRule {
    /// Functions and procedures.
    static let functions: [LintRule] = [
        LintRule(
            "function-body", .error, "PL/pgSQL cannot read the body",
            why:
                "CREATE FUNCTION would fail, or worse, succeed with check_function_bodies off and fail when it is called; so would "
                + "CREATE PROCEDURE and DO."
        ) { context in
            guard let error = PLpgSQLRoutine(context.text, context.tree)?.error else { return [] }
            return [LintHit(error.message)]
        },
        LintRule(
            "function-overload", .error, "A new parameter makes a second function instead of replacing the first",
            why:
                "CREATE OR REPLACE replaces a function of the same argument types only. With one more parameter that has a "
                + "default, both remain, and every call that gives the old arguments fails (42725, is not unique)."
        ) { context in
            guard let function = context.node("CreateFunctionStmt"), function.flag("replace"),
                !(context.file.kind == .repeatable && context.statement.isReplacement),
                let name = RelationName(parts: function.names("funcname"))
            else { return [] }
            return overload(function, name, context).map { [$0] } ?? []
        },
        LintRule(
            "security-definer-search-path", .warning, "A SECURITY DEFINER function follows its caller's search_path",
            why:
                "A caller who puts a table or an operator of the same name earlier in the path has code run with the owner's rights "
                + "(\"PostgreSQL 15 docs, CREATE FUNCTION\", writing SECURITY DEFINER functions safely)."
        ) { context in
            guard let function = context.node("CreateFunctionStmt"), function["sql_body"] == nil, isDefiner(function),
                !setsSearchPath(function.list("options")), let name = function.names("funcname").last
            else { return [] }
            // Set further down, by ALTER FUNCTION or by a block that makes such statements.
            let isSetLater = context.later.contains { later in
                guard later.source.text.contains("search_path") else { return false }
                return later.source.text.contains(name) || later.tree.as("DoStmt") != nil
            }
            if isSetLater { return [] }
            return [
                LintHit(
                    "\(RelationName(name: name).quoted) runs with its owner's rights and its caller's search_path",
                    rewrite:
                        "ALTER \(function.flag("is_procedure") ? "PROCEDURE" : "FUNCTION") \(function.names("funcname").map { RelationName(name: $0).quoted }.joined(separator: "."))(\(RoutineSignature(function).arguments.joined(separator: ", "))) SET search_path = pg_catalog, \(context.catalog.searchPath.first ?? "public"), pg_temp;"
                )
            ]
        },
    ]

    private static func isDefiner(_ function: ParseNode) -> Bool {
        function.list("options").compactMap { $0.as("DefElem") }.contains {
            $0.string("defname") == "security" && $0["arg"]?.as("Boolean")?.flag("boolval") == true
        }
    }

    private static func setsSearchPath(_ options: [ParseNode]) -> Bool {
        options.compactMap { $0.as("DefElem") }.contains {
            $0.string("defname") == "set" && $0["arg"]?.as("VariableSetStmt")?.string("name") == "search_path"
        }
    }

    /// What is wrong with a function that would exist beside others of its name; in a repeatable file, which is meant to
    /// replace, each such one is.
    private static func overload(_ function: ParseNode, _ name: RelationName, _ context: LintContext) -> LintHit? {
        let signature = RoutineSignature(function)
        let known = context.catalog.routines(name)
        guard !known.contains(where: { $0.arguments == signature.arguments }) else { return nil }
        let ambiguous = known.first {
            overlaps(signature.arguments, signature.defaults, $0.arguments, $0.defaults)
        }
        guard let other = ambiguous ?? known.first else { return nil }
        let old = "\(name.quoted)(\(other.arguments.joined(separator: ", ")))"
        let kind = function.flag("is_procedure") ? "PROCEDURE" : "FUNCTION"
        let isRepeatable = context.file.kind == .repeatable
        return LintHit(
            ambiguous != nil
                ? "\(old) stays beside it, and calls that fit both fail (42725)"
                : "\(old) stays beside it: this is a second \(kind.lowercased()) of the name, not a replacement",
            rewrite: isRepeatable ? "-- rssctl:replace\n\(context.text);" : "DROP \(kind) \(old);\n\(context.text);",
            severity: isRepeatable || ambiguous != nil ? .error : .info)
    }

    /// Whether some number of arguments fits both lists, as far as the shorter one goes.
    private static func overlaps(_ left: [String], _ leftDefaults: Int, _ right: [String], _ rightDefaults: Int) -> Bool
    {
        let least = max(left.count - leftDefaults, right.count - rightDefaults)
        let most = min(left.count, right.count)
        guard least <= most else { return false }
        return left.prefix(least).elementsEqual(right.prefix(least))
    }
}
