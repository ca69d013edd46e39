/// A command whose output is on record.
struct GoldenCommand {
    /// Which database it is typed against, besides the seeded one.
    enum Database: String, CaseIterable {
        case seeded = "", bare = "_bare", own = "_own"
    }

    /// As typed, without `rssctl`.
    let line: String
    var database = Database.seeded
    /// Whether durations were measured that are shown; others are what a table is about, and stay.
    let isTimed: Bool
    /// Whether it is typed with `--output json` as well.
    var hasJSON: Bool { !line.contains(">") && !line.hasPrefix("bulk export") }

    /// Whether it shows the size of an archive.
    var isArchive: Bool { line.hasPrefix("partition archive") || line.hasPrefix("partition verify-archive") }

    init(_ text: String) {
        var words = text.split(separator: " ", omittingEmptySubsequences: false)
        if let mark = words.first, mark.hasPrefix("["),
            let named = Database(rawValue: "_\(mark.dropFirst().dropLast())")
        {
            database = named
            words.removeFirst()
        }
        let typed = words.joined(separator: " ")
        line = typed
        let timed = [
            "migrate status", "migrate up", "migrate down", "partition index", "partition convert", "partition drain",
            "partition split", "partition merge", "runs", "report query", "analyze", "doctor",
        ]
        isTimed = timed.contains { typed.hasPrefix($0) }
    }

    /// Group and verb: the longest of the names that the line begins with.
    func verb(of names: [String]) -> String? {
        names.filter { line == $0 || line.hasPrefix($0 + " ") }.max { $0.count < $1.count }
    }

    /// What is typed, in this order: each database is changed on the way as a user changes it.
    static let all: [GoldenCommand] = """
        setup roles --for reader --role golden_reader --create --dry-run
        migrate status
        [bare] migrate status
        [own] migrate plan --directory mine
        [own] migrate up --directory mine --dry-run
        [own] migrate up --directory mine
        [own] migrate verify --directory mine
        [own] migrate status --directory mine
        [own] migrate repair --accept 1 --reason reviewed --directory mine --dry-run
        [own] migrate down --directory mine --dry-run
        [own] migrate down --directory mine --yes
        runs list
        runs list --limit 2
        runs show last
        runs export
        runs prune --older-than 90d --dry-run
        [bare] migrate baseline 1 --directory mine
        migrate new note --directory mine
        migrate up
        migrate verify
        migrate plan change.sql
        migrate lint change.sql
        migrate drift
        migrate drift --accept --reason 'tables of the tests' --dry-run
        partition status
        partition status events
        partition check
        partition check events
        partition plan
        partition plan events
        partition policy adopt events --dry-run
        partition policy set events --interval month --premake 2 --retention 3months --archive none --dry-run
        partition policy set events --interval month --premake 2 --retention 3months --archive none
        partition policy list
        partition policy export
        partition policy export > policies.yaml
        partition policy import policies.yaml --dry-run
        partition drain events --dry-run
        partition drain events --yes
        partition maintain events --dry-run
        partition maintain --yes
        partition status events
        partition merge events_2025_12 events_2026_01 --dry-run
        partition split events_2026_02 --into week --yes
        partition index create 'CREATE INDEX events_note ON public.events (note)' --dry-run
        partition index create 'CREATE INDEX events_note ON public.events (note)'
        partition index reindex events
        partition index drop events_note --yes
        partition retire events_2026_01 --dry-run
        partition retire events_2026_01 --yes
        partition status events
        partition undo events --yes
        partition archive visit_reports_2023_04 --to archives --dry-run
        partition archive visit_reports_2023_04 --to archives --yes
        partition verify-archive archives/*
        partition convert readings --by taken_at --dry-run
        partition convert readings --by taken_at --yes
        partition policy remove events --dry-run
        bulk validate hardware devices.csv
        bulk import hardware devices.csv --visit latest --dry-run
        bulk import hardware devices.csv --visit latest
        bulk update hardware changed.csv
        bulk delete hardware gone.csv --yes
        bulk export hardware --visit RSS-202603-000020
        bulk template hardware
        bulk columns hardware
        bulk mapping save scanner hardware Device=device_name 'Serial No=serial_number'
        bulk mapping list
        bulk mapping remove scanner --yes
        bulk history
        bulk undo last --dry-run
        bulk undo last --yes
        report query --limit 5
        report query --limit 5 --explain
        report show RSS-202603-000020
        report summary --from -12m
        analyze explain index.unused
        doctor
        explain import-118
        explain cache
        sandbox status
        sandbox up
        sandbox env
        sandbox reset --dry-run
        sandbox destroy --dry-run
        config show
        config check
        config init --dry-run
        """.split(separator: "\n").map { GoldenCommand(String($0)) }

    /// Verbs without an output on record, and why.
    static let exceptions = [
        "analyze indexes": "it suggests what the statements of this server miss: IndexAdvisorTests",
        "analyze performance": "its findings depend on what the server has counted: AnalyzeCorpusTests",
        "analyze statements": "its rows are the statements that took the longest, in an order that time makes",
        "cache doctor": "its findings are compared by CacheDoctorTests",
        "cache get": "its values are those of the keys that CacheTests compares",
        "cache invalidate": "its counts are compared by CacheKeyspaceTests",
        "cache learn": "its shapes are compared by CacheLearnTests",
        "cache stats": "its counts are compared by CacheKeyspaceTests",
        "cache verify": "its verdicts are compared by CacheVerifyTests",
        "cache warm": "its keys and sizes are compared by CacheTests",
        "completion": "its scripts are run by CompletionTests",
        "migrate dump": "the DDL of a schema, compared by StructureDumpTests",
        "partition abort": "there is nothing to abort but what was interrupted: ReshapeKillTests, ConvertKillTests",
        "partition restore": "a partition is restored after its drop, which a quarantine delays: RestoreTests",
        "report check": "its outcomes are compared by ReportFunctionCheckTests",
        "report install": "what it does to a database is compared by ReportInstallTests",
        "report uninstall": "what it does to a database is compared by ReportInstallTests",
        "sandbox down": "it stops the servers of the tests",
        "sandbox psql": "its output is psql's",
        "sandbox seed": "the data of this test is made by it",
    ]

    /// The files that the commands name.
    static let files = [
        "devices.csv": """
        category,device_name,serial_number,mac_address,status,warranty_expiry,specifications
        Laptop,Reception,GOLD-0001,00:1B:95:0D:B4:80,active,2028-01-31,"{""ram_gb"": 16}"
        Laptop,Store room,GOLD-0002,00:1B:95:0D:B4:8,active,2028-01-31,
        Phone booth,Lobby,GOLD-0003,,active,,
        Monitor,Reception,GOLD-0004,,in use,03/04/2028,
        Monitor,Office,GOLD-0001,,active,,

        """,
        "changed.csv": "serial_number,device_name\nGOLD-0001,Reception desk\nGOLD-0099,unknown\n",
        "gone.csv": "serial_number\nGOLD-0001\nGOLD-0098\n",
        "change.sql": """
        ALTER TABLE public.readings ADD COLUMN unit text NOT NULL DEFAULT now()::text;
        CREATE INDEX readings_taken_at ON public.readings (taken_at);
        ALTER TABLE public.readings ALTER COLUMN value TYPE text;

        """,
        "mine/V0001__tag.sql": """
        CREATE TABLE public.tag (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);

        """,
        "mine/V0001__tag.down.sql": "DROP TABLE public.tag;\n",
        "mine/V0002__color.sql": """
        ALTER TABLE public.tag ADD COLUMN color text;
        CREATE INDEX CONCURRENTLY tag_name ON public.tag (name);

        """,
        "mine/V0002__color.down.sql": """
        DROP INDEX CONCURRENTLY public.tag_name;
        ALTER TABLE public.tag DROP COLUMN color;

        """,
    ]

    /// Tables beside those of the migrations: a partitioned one with rows in its default partition, and a plain one.
    static let tables = """
        CREATE TABLE public.events (id bigint NOT NULL, day date NOT NULL, note text, PRIMARY KEY (id, day))
            PARTITION BY RANGE (day);
        CREATE TABLE public.events_2025_12 PARTITION OF public.events FOR VALUES FROM ('2025-12-01') TO ('2026-01-01');
        CREATE TABLE public.events_2026_01 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE public.events_2026_02 PARTITION OF public.events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
        CREATE TABLE public.events_default PARTITION OF public.events DEFAULT;
        INSERT INTO public.events SELECT n, date '2025-12-01' + n % 110, 'event ' || n FROM generate_series(1, 500) n;
        CREATE TABLE public.readings (id bigint PRIMARY KEY, taken_at date NOT NULL, value numeric);
        INSERT INTO public.readings SELECT n, date '2026-01-01' + n % 70, n FROM generate_series(1, 200) n;
        ANALYZE public.events, public.readings;
        """
}
