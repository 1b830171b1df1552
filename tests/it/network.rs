//! Certificates and proxies, as the program meets them: real processes, TLS with an
//! authority of the test's own, and a proxy that writes down what it sees.
//!
//! Where one call is to be looked at, this test's own program is the process: it runs
//! [`one_process`] alone, with the environment that the test is about.

mod servers;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use mavi_uploader::api::base_url::BaseUrl;
use mavi_uploader::api::client::{Client, ClientOptions};
use mavi_uploader::api::network::{Certificates, describe};
use mavi_uploader::api::{Service, TransferProgress, UploadFile};
use mavi_uploader::model::asset::AssetId;
use mavi_uploader::model::key::ApiKey;
use mavi_uploader::model::media::FileStamp;

use self::servers::{Authority, SERVICE, STORAGE, Server};
use crate::cli::{KEY, KEY_BODY, Outcome, Stage, run, text};

/// What [`one_process`] is to do.
const TASK: &str = "MAVI_TEST_TASK";
/// The proxy's password, and what is sent for it.
const PASSWORD: [&str; 2] = ["pr0xy-s3cret", "bWU6cHIweHktczNjcmV0"];

struct Net {
    stage: Stage,
    authority: Authority,
}

impl Net {
    fn new() -> Self {
        let net = Self {
            stage: Stage::new(),
            authority: Authority::new(),
        };
        net.authority.write(&net.store());
        net
    }

    /// The store that the program is given.
    fn store(&self) -> PathBuf {
        self.stage.home().join("store.pem")
    }

    /// A command whose service is at this host, and which knows the authority.
    fn with(&self, mut command: Command, host: &str) -> Command {
        command
            .env(
                "MEMORIES_V2_BASE_URL",
                format!("https://{host}/serve/api/v2"),
            )
            .env("SSL_CERT_FILE", self.store());
        command
    }

    /// `upload --json` of a picture.
    fn upload(&self, host: &str) -> Command {
        let picture = self.stage.copy("picture.png", "a.png");
        self.with(self.stage.upload_command(&[], &[&picture]), host)
    }

    /// This test's own program, as [`one_process`].
    fn process(&self, task: &str, host: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "network::one_process", "--nocapture"])
            .env_clear()
            .env(TASK, task)
            .env("HOME", self.stage.home());
        self.with(command, host)
    }
}

/// Done by processes of the other tests alone; without a task it has none.
#[test]
fn one_process() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let base = BaseUrl::parse(&std::env::var("MEMORIES_V2_BASE_URL").unwrap()).unwrap();
    if task == "describe" {
        println!("told {:?}", describe(&base));
        return;
    }
    let key = ApiKey::from_pasted(KEY).unwrap();
    let mut options = ClientOptions::new(base);
    if task == "patience" {
        options.call_limit = Duration::from_millis(300);
    }
    let client = Client::new(options);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        match task.as_str() {
            "check" | "patience" => match client.check_key(&key).await {
                Ok(()) => println!("told good"),
                Err(fault) => println!("told {:?} {:?}", fault.kind, fault.recovery),
            },
            "window" => {
                let without = client.check_key(&key).await.unwrap_err();
                let store = PathBuf::from(std::env::var_os("SSL_CERT_FILE").unwrap());
                std::fs::copy(store.with_extension("later"), store).unwrap();
                let with = client.check_key(&key).await;
                println!("told {:?}, then {with:?}", without.kind);
            }
            "store" => {
                let path = std::env::temp_dir().join(format!("mavi-{}.png", std::process::id()));
                std::fs::write(&path, b"\x89PNG\r\n\x1a\n0123").unwrap();
                let file = UploadFile {
                    name: "a.png".to_owned(),
                    mime: "image/png",
                    stamp: FileStamp::of(&std::fs::metadata(&path).unwrap()),
                    path: path.clone(),
                };
                let ticket = client.signed_url(&key, "a.png").await.unwrap();
                let meter = Arc::new(TransferProgress::default());
                let stored = client.store(&ticket, &file, &meter).await;
                std::fs::remove_file(path).unwrap();
                println!("told stored {}", stored.unwrap().is_some());
            }
            "memory" => {
                let asset = AssetId::new("re_7").unwrap();
                let before = peak_memory();
                let fault = client.metadata(&key, &asset).await.unwrap_err();
                println!("told {:?} {}", fault.kind, peak_memory() - before);
            }
            other => panic!("no such task: {other}"),
        }
    });
    // A thread may still wait for a disk that does not answer.
    runtime.shutdown_background();
}

/// The most memory that this process had at once, in KiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}

/// Returns what a [`one_process`] told.
fn told(command: Command) -> String {
    let outcome = run(command).exits(0);
    let line = outcome
        .text()
        .lines()
        .find_map(|line| line.split_once("told "))
        .unwrap_or_else(|| panic!("{}", outcome.text()));
    line.1.to_owned()
}

fn local(server: &Server) -> String {
    format!("localhost:{}", server.port)
}

fn address(proxy: &Server) -> String {
    format!("http://127.0.0.1:{}", proxy.port)
}

#[test]
fn an_authority_in_the_store_is_believed() {
    let net = Net::new();
    let service = Server::service(&net.authority, &["localhost"], 2099);
    let mut command = net.upload(&local(&service));
    // Nothing between this computer and itself may see a request.
    command.env("HTTPS_PROXY", "http://127.0.0.1:1");
    let outcome = run(command).exits(0);
    assert_eq!(text(&outcome.one("finished"), "asset_id"), "re_7");
    assert_eq!(service.count("POST /serve/api/v2/upload "), 1);
}

/// How often a file that fails at once connects: to check the key, and to upload.
const CALLS: usize = 2;

/// The file fails at once, with words that name what is usual.
#[track_caller]
fn is_not_believed(outcome: Outcome, server: &Server) {
    let outcome = outcome.exits(1);
    let failed = outcome.one("failed");
    assert_eq!(text(&failed, "reason"), "network");
    let message = text(&failed, "message");
    for word in ["proxy", "antivirus", "clock"] {
        assert!(message.contains(word), "{message}");
    }
    assert!(outcome.only("retrying").is_empty(), "{:?}", outcome.names());
    assert_eq!(server.lines(), ["a connection"; CALLS]);
}

#[test]
fn an_authority_that_is_missing_is_said_at_once() {
    let net = Net::new();
    let service = Server::service(&net.authority, &["localhost"], 2099);
    Authority::new().write(&net.store());
    is_not_believed(run(net.upload(&local(&service))), &service);
}

#[test]
fn a_certificate_that_is_too_old_is_said_at_once() {
    let net = Net::new();
    let service = Server::service(&net.authority, &["localhost"], 2020);
    is_not_believed(run(net.upload(&local(&service))), &service);
}

#[test]
fn a_certificate_of_another_host_is_said_at_once() {
    let net = Net::new();
    let service = Server::service(&net.authority, &["other.test"], 2099);
    is_not_believed(run(net.upload(&local(&service))), &service);
}

#[test]
fn a_server_without_tls_is_said_at_once() {
    let net = Net::new();
    let server = Server::plain(400, String::new());
    is_not_believed(run(net.upload(&local(&server))), &server);
}

#[test]
fn a_store_without_certificates_is_said_before_anything_is_sent() {
    let net = Net::new();
    let service = Server::service(&net.authority, &["localhost"], 2099);
    std::fs::write(net.store(), "").unwrap();
    let outcome = run(net.upload(&local(&service))).exits(1);
    assert!(outcome.err.contains("certificates"), "{}", outcome.err);
    assert!(service.lines().is_empty());
}

#[test]
fn a_window_is_made_without_certificates_and_its_first_call_says_that_there_are_none() {
    let net = Net::new();
    let service = Server::service(&net.authority, &["localhost"], 2099);
    std::fs::rename(net.store(), net.store().with_extension("later")).unwrap();
    std::fs::write(net.store(), "").unwrap();
    let told = told(net.process("window", &local(&service)));
    assert_eq!(told, "Tls, then Ok(())");
}

#[test]
fn certificates_that_cannot_be_read_to_their_end_keep_no_call_waiting() {
    let net = Net::new();
    let service = Server::service(&net.authority, &["localhost"], 2099);
    std::fs::remove_file(net.store()).unwrap();
    let made = Command::new("mkfifo").arg(net.store()).status();
    assert!(made.unwrap().success());
    let told = told(net.process("patience", &local(&service)));
    assert!(told.starts_with("Stalled Transient"), "{told}");
}

#[test]
fn an_answer_of_many_small_values_costs_little_more_than_its_bytes() {
    let net = Net::new();
    let values = vec![r#"{"":0}"#; 149_000].join(",");
    let answer = format!(r#"{{"code":200,"data":{{"resource":[{values}]}}}}"#);
    assert!((1_000_000..1024 * 1024).contains(&answer.len()));
    let server = Server::plain(200, answer);
    let mut command = net.process("memory", "");
    command.env(
        "MEMORIES_V2_BASE_URL",
        format!("http://127.0.0.1:{}/v2", server.port),
    );
    let told = told(command);
    let growth: u64 = told.strip_prefix("BadAnswer ").unwrap().parse().unwrap();
    assert!(growth < 16 * 1024, "{growth} KiB");
}

#[test]
fn the_proxy_of_the_environment_is_asked_and_sees_neither_key_nor_file() {
    let net = Net::new();
    let service = Server::service(&net.authority, &[SERVICE], 2099);
    let proxy = Server::proxy(Ok(service.port));
    let mut command = net.upload(SERVICE);
    command.env("HTTPS_PROXY", address(&proxy));
    let outcome = run(command).exits(0);
    assert_eq!(text(&outcome.one("finished"), "asset_id"), "re_7");
    assert!(proxy.count(&format!("CONNECT {SERVICE}:443 HTTP/1.1\r\n")) > 0);
    let seen = proxy.lines().concat();
    for secret in [KEY_BODY, "Authorization", "a.png", "IHDR"] {
        assert!(!seen.contains(secret), "{secret}");
    }
}

#[test]
fn the_storage_is_reached_through_the_proxy_as_well() {
    let net = Net::new();
    let service = Server::service(&net.authority, &[SERVICE, STORAGE], 2099);
    let proxy = Server::proxy(Ok(service.port));
    let mut command = net.process("store", SERVICE);
    command.env("ALL_PROXY", address(&proxy));
    assert_eq!(told(command), "stored true");
    assert_eq!(proxy.count(&format!("CONNECT {STORAGE}:443 ")), 1);
    assert_eq!(service.count("PUT /o?"), 1);
}

#[test]
fn a_host_that_is_excepted_is_reached_without_the_proxy() {
    let net = Net::new();
    let proxy = Server::proxy(Err(502));
    let mut command = net.process("check", SERVICE);
    command
        .env("https_proxy", address(&proxy))
        .env("NO_PROXY", "example.org, .test");
    // No name server knows it.
    assert!(told(command).starts_with("Offline "));
    assert!(proxy.lines().is_empty());
}

#[test]
fn a_proxy_that_wants_a_password_is_said_at_once_and_its_secrets_are_kept() {
    let net = Net::new();
    let proxy = Server::proxy(Err(407));
    let mut command = net.upload(SERVICE);
    let [password, sent] = PASSWORD;
    let url = address(&proxy).replace("//", &format!("//me:{password}@"));
    command
        .env("HTTPS_PROXY", url)
        .env("MAVI_UPLOADER_LOG", "trace");
    let outcome = run(command).exits(1);
    let failed = outcome.one("failed");
    assert_eq!(text(&failed, "reason"), "network");
    assert!(text(&failed, "message").contains("proxy"), "{failed}");
    assert_eq!(proxy.lines().len(), CALLS);
    assert!(proxy.lines()[0].contains(sent), "it was told the password");

    let mut written = format!("{}{}", outcome.text(), outcome.err);
    let mut folders = vec![net.stage.data()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                written.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
            }
        }
    }
    assert!(written.contains("tunnel error"), "the log was looked at");
    for secret in [password, sent, KEY_BODY] {
        assert!(!written.contains(secret), "{secret}");
    }
}

#[test]
fn a_proxy_that_reaches_nothing_may_do_so_later() {
    let net = Net::new();
    let proxy = Server::proxy(Err(502));
    let mut command = net.process("check", SERVICE);
    command.env("HTTPS_PROXY", address(&proxy));
    assert_eq!(told(command), "Proxy Transient { retry_after: None }");
}

#[test]
fn a_proxy_that_cannot_be_understood_is_named() {
    let net = Net::new();
    let service = Server::service(&net.authority, &["localhost"], 2020);
    for odd in ["http://", "gopher://proxy.test:70", "a b", "::"] {
        let mut command = net.process("describe", SERVICE);
        command.env("HTTPS_PROXY", odd);
        let told = told(command);
        assert!(
            told.contains("unusable: Some(\"HTTPS_PROXY\")"),
            "{odd}: {told}"
        );
    }
    let mut command = net.upload("127.0.0.2.invalid");
    command.env("HTTPS_PROXY", "a b");
    let mut live = crate::cli::Live::start(command);
    live.event("retrying");
    live.signal("INT");
    let outcome = live.end().exits(130);
    assert!(outcome.err.contains("HTTPS_PROXY"), "{}", outcome.err);
    assert!(service.lines().is_empty());
}

#[test]
fn the_way_to_the_service_is_described_without_secrets() {
    let net = Net::new();
    let mut command = net.process("describe", SERVICE);
    command
        .env("HTTPS_PROXY", "http://me:pr0xy-s3cret@proxy.test:8080/")
        .env("NO_PROXY", "example.org");
    let expected = "NetworkState { proxy: Some(\"http://proxy.test:8080\"), unusable: None, \
         no_proxy: Some(\"example.org\"), certificates: Files { count: 1, variable: \
         Some(\"SSL_CERT_FILE\") } }";
    assert_eq!(told(command), expected);

    let mut excepted = net.process("describe", SERVICE);
    excepted
        .env("ALL_PROXY", "socks5h://proxy.test:1080")
        .env("no_proxy", SERVICE);
    assert!(told(excepted).starts_with("NetworkState { proxy: None, unusable: None, "));
    let mut socks = net.process("describe", SERVICE);
    socks.env("all_proxy", "socks5h://proxy.test:1080");
    assert!(told(socks).contains("proxy: Some(\"socks5h://proxy.test:1080\")"));
}

#[test]
fn a_service_on_this_computer_has_no_proxy_and_needs_no_certificates() {
    let base = BaseUrl::parse("http://127.0.0.1:9/v2").unwrap();
    let state = describe(&base);
    assert_eq!((state.proxy, state.unusable), (None, None));
    assert_eq!(state.certificates, Certificates::NotNeeded);
}
