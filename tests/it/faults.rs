//! The rows of `docs/faults.md`, each made to happen on the real wire: to `upload`
//! in a process of its own, and where the window differs, to the window's engine.
//!
//! Which test proves which row. Paths without a first part are in this folder; `engine::`
//! and `api::` are the library's own tests, the other first parts are files of `tests/it`.
//! Every kind, with its words and its button, is pressed to its next step in [`window`].
//!
//! | row | tests |
//! |---|---|
//! | no route, DNS, refused | `connection::{a_refused_connection_…, a_name_that_is_not_found_…, connections_that_are_hung_up_on_…, the_window_says_that_it_is_offline_…}`, `engine::fault_times::the_network_is_waited_for_…` |
//! | TLS failure | `connection::a_tls_failure_…` |
//! | breaks before the body is out | `connection::{a_break_in_the_body_…, a_refusal_that_was_lost_…, an_early_answer_…, after_two_breaks_…}`; flavours: `api::signed_url` |
//! | no byte for 30 s | `connection::{a_body_that_stands_still_…, a_body_that_always_stands_still_…, a_body_that_trickles_…}` |
//! | body out, no answer in time | `connection::without_an_answer_in_time_…`; 5 min or 10 s per 100 MB: `model::retry` |
//! | body out, connection breaks | `connection::{a_lost_answer_is_sent_once_more_…, a_lost_answer_of_the_storage_…}`, `engine::fault_times::a_signed_url_is_sent_to_again_…` |
//! | 200 without the envelope | `answers::{a_web_page_…, an_answer_that_makes_no_sense_…, a_file_that_went_up_behind_…, an_answer_that_breaks_off_…}`, `engine::fault_times::answers_that_make_no_sense_…` |
//! | larger than 1 MiB | `answers::two_gigabytes_of_answer_…` |
//! | redirect | `answers::no_redirect_is_followed` |
//! | 400 "exceeded the limit" | `answers::the_text_that_two_errors_share_…`, `engine::fault_times::the_text_…` |
//! | 400, 0001, 0003 | `answers::a_bad_request_is_not_tried_again` |
//! | abnormal network, later | `answers::trouble_that_is_said_to_pass_…` |
//! | retired | `account::a_retired_call_…`, `engine::keys` |
//! | the check of a key | `api::client::tests::calls::a_key_is_good_when_…`, `engine::keys` |
//! | 403 with a web page | `answers::a_web_page_that_forbids_…` |
//! | 401, 0401, 9009 | `account::a_refused_key_…`, `connection::a_refusal_that_was_lost_…`, `processing::a_key_that_is_refused_while_asking_…`, `engine::keys` |
//! | 402, 0402 | `account::an_empty_balance_…` |
//! | 403, 0403 | `account::a_forbidden_account_…`; 3 and 4 outrank 1: `account::what_stops_the_run_…` |
//! | 409, 0409 | `answers::a_conflict_…`, `engine::fault_times::a_conflict_…` |
//! | 413 | `answers::too_large_for_the_direct_way_…` |
//! | 415 | `answers::an_unsupported_format_…` |
//! | 429, 0429 | `answers::{a_rate_limit_waits_…, without_a_wait_that_is_asked_for_…}`, `engine::fault_times::waits_for_the_rate_limit_…`, `engine::faults::a_rate_limit_answer_…`; the spacing wears off: `api::spacing`, `api::limiter::a_slow_down_ends_with_its_cause` |
//! | the whole queue waits | `cli::waits`, `engine::waits`, `states::a_wait_of_the_whole_queue_…` |
//! | a wait of an earlier run | `cli::waits::a_long_wait_is_said_…`, `api::limiter::only_a_long_hold_…` |
//! | 5xx, Spring, HTML | `answers::{a_server_error_has_six_tries_…, a_server_error_waits_…}` |
//! | FAILED | `processing::{what_the_service_gave_up_on_is_…, what_the_service_gave_up_on_twice_…}` |
//! | asset not found | `processing::{an_asset_that_is_not_found_at_first_…, …for_a_minute_…}`, `engine::fault_times::an_id_that_is_not_found_…` |
//! | another size | `processing::another_size_…` |
//! | polling fails | `processing::{whatever_goes_wrong_with_asking_…, statuses_in_any_order_…}` |
//! | vanished, grew, shrank, changed | `files::{a_file_that_grows_…, a_file_that_vanishes_…}`, `moving` |
//! | no regular file, loops, odd names | `cli::files::{each_refusal_…, folders_are_walked_once_…, a_name_that_is_not_utf8_…}`, `engine::files::tests::unix` |
//! | database damaged | `cli::places::a_damaged_history_…`, `engine::journal`, the store's `damage` tests |
//! | newer schema | `cli::places::a_history_of_a_newer_program_…`, the store's `migrations` tests |
//! | database busy, not readable | `engine::opening`, `cli::places::without_a_usable_data_directory_…` |
//! | journal cannot be written | `disk`, `engine::journal` |
//! | killed | `kill`, `engine::restart` |
//! | second program | `second::{a_second_start_…, upload_beside_a_window_…}`, `shell::what_another_start_…`, the store's `single_instance` tests, `api::shared_rate_limit`, `api::limiter` |
//! | sleep and waking | `engine::fault_times::a_wait_that_passed_while_the_machine_slept_…` |
//! | still being written | `files::a_file_that_is_being_written_…`, `cli::files::a_file_that_is_still_being_written_…` |
//! | in the cloud only | `engine::files::tests::a_file_in_the_cloud_…`, `app::rows` |
//! | drive gone | `files::a_drive_that_is_taken_away_…`, `moving::drives`, `engine::missing`, `locate`, `engine::located` |
//! | keychain locked or taken | `keychain::a_locked_keychain_…`, `states::{a_locked_keychain_…, an_upload_that_waits_for_the_keychain_…}` |
//!
//! [`interrupted`] stops an `upload` in its midst: it says what becomes of what was sent.
//!
//! [`watching`] reads the log, the details and the export after all of these, and looks for
//! secrets in everything that was written.

mod account;
mod answers;
mod connection;
mod files;
mod interrupted;
mod processing;
pub mod program;
mod second;
mod watching;
mod window;
