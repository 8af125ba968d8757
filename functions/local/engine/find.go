package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
)

// find gives the program for the kind that was asked for.
func find(ctx context.Context, o Options) (*program, error) {
	switch o.Kind {
	case Dynoxide:
		return findDynoxide(o)
	case DynamoDBLocal:
		return findDynamoDBLocal(ctx, o)
	case Any:
		p, err := findDynoxide(o)
		if err == nil {
			return p, nil
		}
		if p, err = findDynamoDBLocal(ctx, o); err == nil {
			return p, nil
		}
		if !errors.Is(err, ErrNone) {
			return nil, err
		}
		return nil, ErrNone
	}
	return nil, fmt.Errorf("there is no storage engine %q; there are %q and %q", o.Kind, Dynoxide, DynamoDBLocal)
}

func findDynoxide(o Options) (*program, error) {
	binary, err := exec.LookPath("dynoxide")
	if err != nil {
		binary, err = packagedDynoxide(o.NodeModules)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (dynoxide: %v)", ErrNone, err)
	}
	data, err := absolute(o.File)
	if err != nil {
		return nil, err
	}
	return &program{
		name: fmt.Sprintf("dynoxide (%s)", binary),
		data: data, tuned: data != "",
		command: func(port int) *exec.Cmd {
			args := []string{"serve", "--host", "127.0.0.1", "--port", strconv.Itoa(port)}
			if data != "" {
				args = append(args, "--db-path", data)
			}
			return exec.Command(binary, args...)
		},
	}, nil
}

// packagedDynoxide finds the binary in the npm package for this platform.
func packagedDynoxide(modules string) (string, error) {
	arch, ok := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	if !ok {
		return "", fmt.Errorf("no package for %s", runtime.GOARCH)
	}
	if modules == "" {
		root, err := repository()
		if err != nil {
			return "", err
		}
		modules = filepath.Join(root, "web", "node_modules")
	}
	return exec.LookPath(filepath.Join(modules, "@dynoxide", runtime.GOOS+"-"+arch, "dynoxide"))
}

func findDynamoDBLocal(ctx context.Context, o Options) (*program, error) {
	java, err := exec.LookPath("java")
	if err != nil {
		return nil, fmt.Errorf("%w (DynamoDB Local: %v)", ErrNone, err)
	}
	if err := needJava17(ctx, java); err != nil {
		return nil, fmt.Errorf("%w (DynamoDB Local: %v)", ErrNone, err)
	}
	jars, err := jarsFolder(ctx, o)
	if err != nil {
		return nil, err
	}
	data, err := absolute(o.File)
	if err != nil {
		return nil, err
	}
	if data != "" {
		data += ".dynamodb-local"
	}
	return &program{
		name: fmt.Sprintf("DynamoDB Local (%s)", jars),
		data: data,
		command: func(port int) *exec.Cmd {
			args := []string{
				// Serial collection and a small first heap: this is one process among many on a small machine.
				"-XX:+UseSerialGC", "-Xms64m", "-Xmx768m", "-XX:TieredStopAtLevel=1",
				"-Djava.library.path=" + jars, "-cp", filepath.Join(jars, "*"),
				"org.eclipse.jetty.xml.XmlConfiguration", // reads its arguments in order: the file comes last
				"port=" + strconv.Itoa(port), "memory=" + strconv.FormatBool(data == ""),
			}
			if data != "" {
				// The engine does not make its folder; when this fails it says so itself.
				_ = os.MkdirAll(data, 0o700)
				args = append(args, "folder="+data)
			}
			args = append(args, filepath.Join(jars, loopback))
			return exec.Command(java, args...)
		},
	}, nil
}

var javaVersion = regexp.MustCompile(`version "(\d+)`)

// needJava17 refuses a Java that DynamoDB Local 2 cannot run on.
func needJava17(ctx context.Context, java string) error {
	out, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s -version: %w", java, err)
	}
	m := javaVersion.FindSubmatch(out)
	if m == nil {
		return fmt.Errorf("%s -version says %q", java, out)
	}
	if major, _ := strconv.Atoi(string(m[1])); major < 17 {
		return fmt.Errorf("%s is version %d and 17 is needed", java, major)
	}
	return nil
}

// jarsFolder gives the folder with DynamoDB Local, after fetching it with Maven where it is missing. Several processes may ask at
// once: one fetches, the others wait.
func jarsFolder(ctx context.Context, o Options) (string, error) {
	if o.Jars != "" {
		return o.Jars, holdsDynamoDBLocal(o.Jars)
	}
	root, err := repository()
	if err != nil {
		return "", fmt.Errorf("%w (DynamoDB Local: %v)", ErrNone, err)
	}
	jars := filepath.Join(root, "scripts", ".cache", "dynamodb-local")
	if holdsDynamoDBLocal(jars) == nil {
		return jars, nil
	}
	if err := os.MkdirAll(filepath.Dir(jars), 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(jars+".lock", true)
	if err != nil {
		return "", err
	}
	defer unlock()
	if holdsDynamoDBLocal(jars) == nil {
		return jars, nil
	}
	return jars, fetchJars(ctx, filepath.Join(root, "scripts", "dynamodb-local", "pom.xml"), jars)
}

// fetchJars copies what the pom names into the folder, all of it or nothing.
func fetchJars(ctx context.Context, pom, folder string) error {
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return fmt.Errorf("%w (DynamoDB Local: %v)", ErrNone, err)
	}
	half := folder + ".half"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, maven, "-q", "-B", "-f", pom, "dependency:copy-dependencies",
		"-DincludeScope=runtime", "-DoutputDirectory="+half).CombinedOutput()
	if err != nil {
		return fmt.Errorf("fetch DynamoDB Local with Maven: %w: %s", err, out)
	}
	settings, err := os.ReadFile(filepath.Join(filepath.Dir(pom), loopback))
	if err == nil {
		err = os.WriteFile(filepath.Join(half, loopback), settings, 0o644)
	}
	if err == nil {
		err = os.RemoveAll(folder)
	}
	if err != nil {
		return err
	}
	return os.Rename(half, folder)
}

// loopback is the file in the folder that tells Jetty how to start DynamoDB Local.
const loopback = "loopback.xml"

// holdsDynamoDBLocal reports what a folder lacks; one of an earlier fetch may lack a part.
func holdsDynamoDBLocal(folder string) error {
	for _, part := range []string{"DynamoDBLocal-*.jar", "jetty-xml-*.jar", loopback} {
		found, err := filepath.Glob(filepath.Join(folder, part))
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("%w (no %s in %s)", ErrNone, part, folder)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// repository gives the folder of this repository: the first at or above the working folder that has a go.mod.
func repository() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		up := filepath.Dir(folder)
		if up == folder {
			return "", errors.New("not inside the repository")
		}
		folder = up
	}
}

func absolute(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	return filepath.Abs(path)
}
