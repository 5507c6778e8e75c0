package dev.keelson.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Arrows point inward: application, adapter, port, value. What is not allowed here is forbidden.
 */
final class ArchitectureTest {
    /** Applications by their root package: none imports another. */
    private static final List<String> APPLICATIONS =
            List.of(
                    "broker",
                    "streams",
                    "runtime",
                    "agent",
                    "gateway",
                    "controlplane",
                    "forecaster.service",
                    "console",
                    "lab",
                    "launcher");

    /** What each of our packages may use of our own, besides itself. */
    private static final Map<String, Set<String>> ALLOWED =
            Map.ofEntries(
                    Map.entry("core", Set.of()),
                    Map.entry("protocol", Set.of()),
                    Map.entry("yaml", Set.of()),
                    Map.entry("serving", Set.of("core")),
                    Map.entry("manifest", Set.of("core")),
                    Map.entry("exchange", Set.of("core", "protocol", "yaml")),
                    Map.entry("broker", Set.of("exchange", "core", "protocol", "yaml")),
                    Map.entry("streams", Set.of("protocol")),
                    Map.entry("runtime", Set.of("serving", "core")),
                    Map.entry("agent", Set.of("core", "protocol", "exchange", "serving", "yaml")),
                    Map.entry("gateway", Set.of("core", "protocol", "exchange", "serving", "yaml")),
                    Map.entry(
                            "controlplane",
                            Set.of("core", "protocol", "exchange", "manifest", "yaml")),
                    Map.entry("console", Set.of("protocol", "exchange", "core")),
                    Map.entry("simulator", Set.of("core", "yaml")),
                    Map.entry("forecaster.series", Set.of("core")),
                    Map.entry("forecaster.statistical", Set.of("core", "forecaster.series")),
                    Map.entry(
                            "forecaster.learned",
                            Set.of("core", "forecaster.series", "forecaster.statistical")),
                    Map.entry(
                            "forecaster.service",
                            Set.of(
                                    "core",
                                    "protocol",
                                    "exchange",
                                    "yaml",
                                    "forecaster.learned",
                                    "forecaster.statistical")),
                    Map.entry(
                            "lab",
                            Set.of(
                                    "core",
                                    "simulator",
                                    "forecaster.series",
                                    "forecaster.statistical")),
                    Map.entry(
                            "launcher", Set.of("core", "exchange", "manifest", "serving", "yaml")));

    /** Foreign packages that only the named packages of ours may use. */
    private static final Map<String, List<String>> RESERVED =
            Map.ofEntries(
                    Map.entry(
                            "ai.djl..",
                            List.of(
                                    "dev.keelson.runtime.djl..",
                                    "dev.keelson.forecaster.learned.djl..")),
                    Map.entry("smile..", List.of("dev.keelson.forecaster.learned.smile..")),
                    Map.entry("kafka..", List.of("dev.keelson.broker..")),
                    Map.entry("org.apache.kafka.server..", List.of("dev.keelson.broker..")),
                    Map.entry("org.apache.kafka.metadata..", List.of("dev.keelson.broker..")),
                    Map.entry("org.apache.flink..", List.of("dev.keelson.streams.job..")),
                    Map.entry("javafx..", List.of("dev.keelson.console..")),
                    Map.entry("picocli..", List.of("dev.keelson.launcher..", "dev.keelson.lab..")),
                    Map.entry("io.javalin..", List.of("dev.keelson.controlplane..")),
                    Map.entry("org.jdbi..", List.of("dev.keelson.controlplane..")),
                    Map.entry("org.h2..", List.of("dev.keelson.controlplane..")),
                    Map.entry("org.flywaydb..", List.of("dev.keelson.controlplane..")),
                    Map.entry("com.zaxxer..", List.of("dev.keelson.controlplane..")),
                    Map.entry("org.bouncycastle..", List.of("dev.keelson.exchange.identity..")),
                    Map.entry(
                            "org.snakeyaml..",
                            List.of(
                                    "dev.keelson.manifest..",
                                    "dev.keelson.simulator.engine.profile..",
                                    "dev.keelson.streams.job..",
                                    "dev.keelson.yaml..")));

    private static JavaClasses ours = new ClassFileImporter().importClasses();

    @BeforeAll
    static void readClasses() {
        ours =
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("dev.keelson");
    }

    @Test
    void coreKnowsOnlyTheJdkAndJSpecify() {
        classes()
                .that()
                .resideInAPackage("dev.keelson.core..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.keelson.core..",
                        "java.lang..",
                        "java.time..",
                        "java.util..",
                        "org.jspecify..")
                .check(ours);
    }

    @Test
    void coreHasNoClockNoChanceNoThread() {
        noClasses()
                .that()
                .resideInAPackage("dev.keelson.core..")
                .should()
                .callMethodWhere(readsTheWorld())
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.lang\\.Thread|java\\.util\\.Random|java\\.util\\.UUID|java\\.util\\.concurrent\\..*|java\\.time\\.Clock")
                .check(ours);
    }

    @Test
    void coreKeepsAnOrderThatNoHashDecides() {
        noClasses()
                .that()
                .resideInAPackage("dev.keelson.core..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.(HashMap|HashSet|IdentityHashMap|WeakHashMap)")
                .check(ours);
    }

    @TestFactory
    Stream<DynamicTest> modulesUseOnlyWhatTheyMay() {
        return ALLOWED.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey() + " uses only " + e.getValue(),
                                () -> mayUse(e.getKey(), e.getValue()).check(ours)));
    }

    private static ArchRule mayUse(String module, Set<String> allowed) {
        var forbidden = new ArrayList<String>();
        for (var other : ALLOWED.keySet()) {
            if (!other.equals(module) && !allowed.contains(other)) {
                forbidden.add("dev.keelson." + other + "..");
            }
        }
        return noClasses()
                .that()
                .resideInAPackage("dev.keelson." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden.toArray(String[]::new))
                .allowEmptyShould(true);
    }

    @TestFactory
    Stream<DynamicTest> applicationsDoNotImportEachOther() {
        return APPLICATIONS.stream()
                .map(name ->
                        DynamicTest.dynamicTest(
                                name,
                                () ->
                                        noClasses()
                                                .that()
                                                .resideInAPackage("dev.keelson." + name + "..")
                                                .should()
                                                .dependOnClassesThat()
                                                .resideInAnyPackage(
                                                        APPLICATIONS.stream()
                                                                .filter(other ->
                                                                        !other.equals(name))
                                                                .map(other ->
                                                                        "dev.keelson."
                                                                                + other
                                                                                + "..")
                                                                .toArray(String[]::new))
                                                .allowEmptyShould(true)
                                                .check(ours)));
    }

    @TestFactory
    Stream<DynamicTest> heavyLibrariesStayWhereTheyBelong() {
        return RESERVED.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey() + " only in " + e.getValue(),
                                () ->
                                        noClasses()
                                                .that()
                                                .resideOutsideOfPackages(
                                                        e.getValue().toArray(String[]::new))
                                                .should()
                                                .dependOnClassesThat()
                                                .resideInAPackage(e.getKey())
                                                .check(ours)));
    }

    @Test
    void nothingIsCalledManagerHelperUtilOrImpl() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.keelson.protocol..")
                .should()
                .haveNameMatching(".*(Manager|Helper|Utils?|Impl)(\\$.*)?")
                .check(ours);
        noClasses()
                .should()
                .resideInAnyPackage(
                        "dev.keelson..common..",
                        "dev.keelson..util..",
                        "dev.keelson..manager..",
                        "dev.keelson..impl..")
                .check(ours);
    }

    private static DescribedPredicate<JavaMethodCall> readsTheWorld() {
        return DescribedPredicate.describe(
                "reads the clock or draws a random number",
                call -> {
                    JavaClass owner = call.getTargetOwner();
                    var name = call.getName();
                    return (owner.getPackageName().equals("java.time") && name.equals("now"))
                            || (owner.isEquivalentTo(System.class)
                                    && Set.of(
                                                    "currentTimeMillis",
                                                    "nanoTime",
                                                    "getenv",
                                                    "getProperty")
                                            .contains(name))
                            || (owner.isEquivalentTo(Math.class)
                                    && !Set.of("min", "max", "abs").contains(name));
                });
    }
}
