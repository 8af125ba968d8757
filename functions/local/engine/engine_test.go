package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/local/engine"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

func client(endpoint string, h *http.Client) *dynamodb.Client {
	o := dynamodb.Options{
		Region:       "local",
		BaseEndpoint: aws.String(endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
	}
	if h != nil {
		o.HTTPClient = h
	}
	return dynamodb.New(o)
}

func makeTable(t *testing.T, c *dynamodb.Client, name string) {
	t.Helper()
	_, err := c.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("PK"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func put(ctx context.Context, c *dynamodb.Client, table, key string) error {
	_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: key}}})
	return err
}

func TestEachEngineAnswersAndItsRequestsAreCounted(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		var counter engine.Counter
		c := client(endpoint, counter.Client())
		table := enginetest.TableName()
		makeTable(t, c, table)
		counter.Take()
		for i := range 3 {
			if err := put(t.Context(), c, table, fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "2"}}})
		if err != nil || len(out.Item) != 1 {
			t.Fatalf("read back: %v %v", out, err)
		}
		got := counter.Take()
		if len(got) != 2 || got["PutItem"] != 3 || got["GetItem"] != 1 {
			t.Errorf("counted %v; want 3 PutItem and 1 GetItem", got)
		}
		if rest := counter.Counts(); len(rest) != 0 {
			t.Errorf("Take left %v", rest)
		}
	})
}

// kinds calls f for the engines of this machine, without the shared processes.
func kinds(t *testing.T, f func(t *testing.T, kind engine.Kind)) {
	for _, kind := range []engine.Kind{engine.Dynoxide, engine.DynamoDBLocal} {
		t.Run(string(kind), func(t *testing.T) { f(t, kind) })
	}
}

func start(t *testing.T, o engine.Options) *engine.Engine {
	t.Helper()
	e, err := engine.Start(t.Context(), o)
	if errors.Is(err, engine.ErrNone) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Stop)
	return e
}

func TestAcknowledgedWritesOutliveAKilledEngine(t *testing.T) {
	kinds(t, func(t *testing.T, kind engine.Kind) {
		o := engine.Options{Kind: kind, File: filepath.Join(t.TempDir(), "kept")}
		e := start(t, o)
		c := client(e.Endpoint, nil)
		makeTable(t, c, "kept")
		for i := range 50 {
			if err := put(t.Context(), c, "kept", fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		e.Kill()
		c = client(start(t, o).Endpoint, nil)
		out, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("kept")})
		if err != nil || out.Count != 50 {
			t.Fatalf("after kill -9: %v items, %v; want 50", out, err)
		}
	})
}

func TestADatabaseBelongsToOneProcess(t *testing.T) {
	o := engine.Options{Kind: engine.Dynoxide, File: filepath.Join(t.TempDir(), "one")}
	first := start(t, o)
	_, err := engine.Start(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "in use") {
		t.Fatalf("a second engine on the same file: %v; want a refusal", err)
	}
	first.Stop()
	start(t, o)
}

func TestStopLeavesNoProcess(t *testing.T) {
	kinds(t, func(t *testing.T, kind engine.Kind) {
		e := start(t, engine.Options{Kind: kind})
		e.Stop()
		select {
		case <-e.Ended():
		default:
			t.Error("Stop came back before the process was gone")
		}
		if _, err := engine.Start(t.Context(), engine.Options{Endpoint: e.Endpoint}); err == nil {
			t.Error("something still answers")
		}
		e.Stop()
	})
}

// TestMain turns this binary into a server that starts an engine, for the test that kills it.
func TestMain(m *testing.M) {
	if kind, ok := os.LookupEnv("ENGINE_TEST_PARENT"); ok {
		e, err := engine.Start(context.Background(), engine.Options{Kind: engine.Kind(kind)})
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println(e.Endpoint)
		select {}
	}
	os.Exit(m.Run())
}

func TestEngineDiesWithItsKilledParent(t *testing.T) {
	kinds(t, func(t *testing.T, kind engine.Kind) {
		parent := exec.Command(os.Args[0])
		parent.Env = append(os.Environ(), "ENGINE_TEST_PARENT="+string(kind))
		out, err := parent.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := parent.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		endpoint := strings.TrimSpace(line)
		if err != nil || !strings.HasPrefix(endpoint, "http") {
			_ = parent.Process.Kill()
			_ = parent.Wait()
			if strings.Contains(line, "no storage engine") && os.Getenv("CI") != "true" {
				t.Skip(line)
			}
			t.Fatalf("the parent said %q, %v", line, err)
		}
		if _, err := engine.Start(t.Context(), engine.Options{Endpoint: endpoint}); err != nil {
			t.Fatalf("it does not run while its parent does: %v", err)
		}
		_ = parent.Process.Signal(syscall.SIGKILL)
		_ = parent.Wait()
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			if _, err := engine.Start(t.Context(), engine.Options{Endpoint: endpoint}); err != nil {
				return
			}
			if time.Now().After(end) {
				t.Fatal("the engine outlived its parent")
			}
		}
	})
}

func TestAnEngineThatEndsAtOnceIsReportedWithItsWords(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "bin")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho the disk is full >&2\nexit 3\n"
	if err := os.WriteFile(filepath.Join(folder, "dynoxide"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	began := time.Now()
	_, err := engine.Start(t.Context(), engine.Options{Kind: engine.Dynoxide})
	if err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Fatalf("got %v; want what it printed", err)
	}
	if errors.Is(err, engine.ErrNone) {
		t.Error("it was found, so the error must not say that none was")
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v although the process had ended", took)
	}
}

func TestWithNothingInstalledTheErrorSaysWhatToDo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, kind := range []engine.Kind{engine.Any, engine.Dynoxide, engine.DynamoDBLocal} {
		_, err := engine.Start(t.Context(), engine.Options{Kind: kind, NodeModules: t.TempDir()})
		if !errors.Is(err, engine.ErrNone) || !strings.Contains(err.Error(), "npm ci") {
			t.Errorf("%q: got %v; want ErrNone", kind, err)
		}
	}
	if _, err := engine.Start(t.Context(), engine.Options{Kind: "minidyn"}); err == nil || errors.Is(err, engine.ErrNone) {
		t.Errorf("an unknown kind: %v", err)
	}
}

// The engines ask nobody who they are, so that no other machine may reach them.
func TestEnginesListenOnLoopbackOnly(t *testing.T) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		_, port, _ := strings.Cut(strings.TrimPrefix(endpoint, "http://"), ":")
		for _, a := range addresses {
			ip := a.(*net.IPNet).IP
			if ip.IsLoopback() {
				continue
			}
			// Taking the same port of another address works only when nobody has taken it there.
			l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), port))
			if err != nil {
				if ip.IsLinkLocalUnicast() {
					continue // needs a zone
				}
				t.Errorf("%s: %v", ip, err)
				continue
			}
			l.Close()
		}
	})
}

func TestARunningEngineIsAskedAndOtherServersAreRefused(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	if _, err := engine.Start(t.Context(), engine.Options{Endpoint: other.URL}); err == nil {
		t.Error("a server that is no engine was accepted")
	}
	e := start(t, engine.Options{Kind: engine.Dynoxide})
	again, err := engine.Start(t.Context(), engine.Options{Endpoint: e.Endpoint})
	if err != nil {
		t.Fatal(err)
	}
	again.Stop()
	if _, err := engine.Start(t.Context(), engine.Options{Endpoint: e.Endpoint}); err != nil {
		t.Errorf("Stop ended an engine that it had not started: %v", err)
	}
}
