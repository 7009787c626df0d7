'use strict';
// The HTML has the whole content. This script shows one step of the walk-through at a time and filters
// the cases. The address records the current step and filter, so that a link leads to them.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const state = new URLSearchParams(location.hash.includes('=') ? location.hash.slice(1) : '');

  function remember(values) {
    for (const [name, value] of Object.entries(values)) {
      if (value) state.set(name, value); else state.delete(name);
    }
    history.replaceState(null, '', state.size ? `#${state}` : location.pathname + location.search);
  }

  function walk() {
    const section = one('#walk');
    const tabs = all('[role=tab]', section);
    const operations = all('.operation', section);
    if (!tabs.length) return;
    let step = 0;

    const stepsOf = (operation) => all('.step', operation);
    const current = () => operations.find((operation) => operation.classList.contains('current'));

    function showStep(wanted, animated) {
      const operation = current();
      const steps = stepsOf(operation);
      step = Math.max(0, Math.min(wanted, steps.length - 1));
      steps.forEach((each, index) => each.classList.toggle('current', index === step));
      steps[step].classList.toggle('arriving', animated);
      all('.steps button', operation).forEach((button, index) => {
        if (index === step) button.setAttribute('aria-current', 'step');
        else button.removeAttribute('aria-current');
      });
      // With `disabled`, a focused button would lose the focus.
      one('.previous', operation).setAttribute('aria-disabled', String(step === 0));
      one('.next', operation).setAttribute('aria-disabled', String(step === steps.length - 1));
      one('.where', operation).textContent =
        `Step ${step + 1} of ${steps.length}: ${steps[step].dataset.title}`;
    }

    function showOperation(name) {
      operations.forEach((each) => each.classList.toggle('current', each.id === name));
      tabs.forEach((tab) => {
        const selected = tab.getAttribute('aria-controls') === name;
        tab.setAttribute('aria-selected', String(selected));
        tab.tabIndex = selected ? 0 : -1;
      });
      showStep(step, false);
    }

    function go(wanted) {
      showStep(wanted, true);
      remember({ operation: current().id, step: String(step + 1) });
    }

    function choose(tab) {
      showOperation(tab.getAttribute('aria-controls'));
      remember({ operation: current().id, step: String(step + 1) });
      tab.focus();
    }

    one('.tabs', section).addEventListener('keydown', (event) => {
      const at = tabs.indexOf(event.target);
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      choose(tabs[(to + tabs.length) % tabs.length]);
    });
    tabs.forEach((tab) => tab.addEventListener('click', () => choose(tab)));

    operations.forEach((operation) => {
      operation.setAttribute('role', 'tabpanel');
      operation.setAttribute('aria-labelledby', `tab-${operation.id}`);
      operation.tabIndex = 0;
      one('.previous', operation).addEventListener('click', () => go(step - 1));
      one('.next', operation).addEventListener('click', () => go(step + 1));
      all('.steps button', operation).forEach((button) =>
        button.addEventListener('click', () => go(Number(button.dataset.step))));
      operation.addEventListener('keydown', (event) => {
        // A region that scrolls sideways needs these keys itself.
        const taken = event.target.closest('pre, .scroll') || event.altKey || event.ctrlKey || event.metaKey;
        const to = { ArrowLeft: step - 1, ArrowRight: step + 1 }[event.key];
        if (taken || to === undefined) return;
        event.preventDefault();
        go(to);
      });
    });

    all('.tabs, .stepper, .keys', section).forEach((controls) => { controls.hidden = false; });
    const known = operations.some((operation) => operation.id === state.get('operation'));
    step = Number(state.get('step') || 1) - 1 || 0;
    showOperation(known ? state.get('operation') : operations[0].id);
  }

  function filter() {
    const form = one('.filter');
    const cases = all('.case').map((element) => ({
      element,
      text: element.textContent.toLowerCase(),
      flags: element.dataset.flags.split(' '),
    }));
    const boxes = all('input[type=checkbox]', form);
    const { q, service, cause } = form.elements;

    function apply() {
      const words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
      const flags = boxes.filter((box) => box.checked).map((box) => box.name);
      let shown = 0;
      for (const { element, text, flags: has } of cases) {
        const fits = words.every((word) => text.includes(word))
          && (!service.value || element.dataset.service === service.value)
          && (!cause.value || element.dataset.cause === cause.value)
          && (!flags.length || flags.some((flag) => has.includes(flag)));
        element.classList.toggle('filtered', !fits);
        shown += fits ? 1 : 0;
      }
      one('.count', form).textContent = `${shown} of ${cases.length} cases`;
      one('.nothing').hidden = shown > 0;
    }

    function changed() {
      apply();
      const checked = Object.fromEntries(boxes.map((box) => [box.name, box.checked ? '1' : '']));
      remember({ q: q.value, service: service.value, cause: cause.value, ...checked });
    }

    form.hidden = false;
    q.value = state.get('q') || '';
    for (const choice of [service, cause]) {
      const wanted = state.get(choice.name) || '';
      if ([...choice.options].some((option) => option.value === wanted)) choice.value = wanted;
    }
    boxes.forEach((box) => { box.checked = state.has(box.name); });
    form.addEventListener('input', changed);
    form.addEventListener('submit', (event) => event.preventDefault());
    // The fields are reset after this event.
    form.addEventListener('reset', () => setTimeout(changed));
    apply();
  }

  // An address that names a case opens it.
  function follow() {
    // Case names need no encoding, so an address that cannot be decoded names no case.
    const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (named && named.matches('.case')) named.open = true;
    if (named) named.scrollIntoView();
  }

  document.documentElement.classList.add('js');
  walk();
  filter();
  follow();
  // The script changes the address without this event, so the change came from outside.
  addEventListener('hashchange', () => (location.hash.includes('=') ? location.reload() : follow()));
})();
